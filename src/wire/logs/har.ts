import { type CookieSeen, keyedHash, logLimits } from "#core";
import { FieldWriter } from "./field-writer.ts";
import { addHeader, emptyHeaders, type HeaderLists } from "./header-lists.ts";
import { isObject, type JsonObject, jsonObjectOf, textOf } from "./json-object.ts";
import {
  clearLogRecord,
  createLogRecord,
  type LineOutcome,
  type LogParser,
  type LogRecord,
  observesLog,
} from "./log-record.ts";
import type { LogParseOptions } from "./parse-options.ts";
import { RequestLineReader } from "./request-line.ts";

/** A HAR file is made at the client, which has no address of its own there. */
const addressUnknown = "0.0.0.0";

/**
 * Entries of a HAR file (HTTP Archive 1.2), each handed in as one JSON object. They hold every header in wire
 * order, every cookie and every Set-Cookie. The client's address is `_clientIPAddress` where present, else
 * `0.0.0.0`: one browser.
 */
export class HarParser implements LogParser {
  readonly format = "har";
  readonly record: LogRecord;
  readonly #options: LogParseOptions;
  readonly #writer: FieldWriter;
  readonly #headers: HeaderLists = { names: [], values: [] };

  constructor(options: LogParseOptions) {
    this.#options = options;
    this.record = createLogRecord(options.application, {
      ...observesLog,
      cookies: true,
      setCookie: "all",
      headers: "all",
    });
    this.#writer = new FieldWriter(this.record, options, new RequestLineReader({ absoluteTargets: true }));
  }

  parse(bytes: Buffer, start: number, end: number): LineOutcome {
    const entry = jsonObjectOf(bytes, start, end);
    if (entry === undefined) return "not JSON";
    const { request, response } = entry;
    if (!isObject(request)) return "not an access record";
    const writer = this.#writer;
    clearLogRecord(this.record);
    emptyHeaders(this.#headers);
    writer.begin();
    writer.set("time", textOf(entry.startedDateTime));
    writer.set("ip", textOf(entry._clientIPAddress) || addressUnknown);
    writer.set("method", textOf(request.method));
    writer.set("protocol", textOf(request.httpVersion));
    writer.set("target", textOf(request.url));
    const size = request.bodySize;
    if (typeof size === "number" && size >= 0) this.record.request.bodyBytes = size;
    this.#readRequestHeaders(request.headers);
    this.#readCookies(request.cookies);
    if (isObject(response)) this.#readResponse(response, entry.time);
    return writer.finish();
  }

  #readRequestHeaders(headers: unknown): void {
    for (const [name, value] of pairsOf(headers)) {
      // Pseudo-headers of HTTP/2 repeat what the entry says elsewhere.
      if (name.startsWith(":")) continue;
      addHeader(this.#headers, name, value);
      const lower = name.toLowerCase();
      if (lower === "user-agent") this.#writer.set("userAgent", value);
      else if (lower === "referer") this.#writer.set("referer", value);
      else if (lower === "cookie") this.#writer.set("cookie", value);
      else if (lower === "authorization") this.#writer.set("authorization", value);
    }
    this.record.request.headers = this.#headers;
  }

  /** Some tools list the cookies and leave the header out. */
  #readCookies(cookies: unknown): void {
    const { request } = this.record;
    if (request.cookies.length > 0) return;
    const seen: CookieSeen[] = pairsOf(cookies).map(([name, value]) => ({
      name,
      value: keyedHash(this.#options.key, value),
    }));
    if (seen.length > 0) request.cookies = seen;
  }

  #readResponse(response: JsonObject, time: unknown): void {
    const { answer } = this.record;
    const writer = this.#writer;
    writer.setStatus(Number(textOf(response.status)));
    if (typeof time === "number" && time >= 0) answer.durationMs = time;
    writer.set("bytes", textOf(response.bodySize));
    const content = response.content;
    if (isObject(content)) {
      writer.set("contentType", textOf(content.mimeType));
      if (answer.bytes < 0) writer.set("bytes", textOf(content.size));
    }
    writer.set("location", textOf(response.redirectURL));
    const issued = pairsOf(response.headers).filter(([name]) => name.toLowerCase() === "set-cookie");
    // Browsers join several Set-Cookie headers of one answer with line feeds.
    if (issued.length > 0) writer.setCookies(issued.flatMap(([, value]) => value.split("\n")));
  }
}

/** A HAR list of `{name, value}`. */
function pairsOf(list: unknown): [string, string][] {
  if (!Array.isArray(list)) return [];
  const pairs: [string, string][] = [];
  for (const item of list.slice(0, logLimits.headersMax.default)) {
    if (isObject(item)) pairs.push([textOf(item.name), textOf(item.value)]);
  }
  return pairs;
}
