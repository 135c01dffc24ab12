import type { Observes } from "#core";
import { isRedacted } from "./cookies.ts";
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
import { epochTime, isoTime } from "./log-time.ts";
import type { LogParseOptions } from "./parse-options.ts";

/**
 * Caddy's JSON access log (caddyserver.com/docs/logging). It holds every request header, though in no order of the
 * wire (Go writes maps sorted), and every response header. Cookies are `REDACTED` unless `log_credentials` is set:
 * until one is seen in clear, the log counts as not showing cookies at all.
 */
export class CaddyParser implements LogParser {
  readonly format = "caddy";
  readonly record: LogRecord;
  readonly #writer: FieldWriter;
  readonly #headers: HeaderLists = { names: [], values: [] };
  readonly #hidden: Observes = { ...observesLog, headers: "logged" };
  readonly #shown: Observes = { ...observesLog, headers: "logged", cookies: true, setCookie: "all" };

  constructor(options: LogParseOptions) {
    this.record = createLogRecord(options.application, this.#hidden);
    this.#writer = new FieldWriter(this.record, options);
  }

  parse(bytes: Buffer, start: number, end: number): LineOutcome {
    if (start === end) return "blank line";
    const object = jsonObjectOf(bytes, start, end);
    if (object === undefined) return "not JSON";
    const { request } = object;
    if (!isObject(request) || object.status === undefined) return "not an access record";
    const { record } = this;
    const writer = this.#writer;
    clearLogRecord(record);
    emptyHeaders(this.#headers);
    writer.begin();
    const time = object.ts;
    writer.setTime(typeof time === "number" ? epochTime(time) : isoTime(textOf(time).replaceAll("/", "-")));
    writer.set("ip", textOf(request.client_ip) || textOf(request.remote_ip) || textOf(request.remote_addr));
    record.request.scheme = isObject(request.tls) ? "https" : "http";
    writer.set("host", textOf(request.host));
    writer.set("method", textOf(request.method));
    writer.set("target", textOf(request.uri));
    writer.set("protocol", textOf(request.proto));
    writer.set("user", textOf(object.user_id));
    writer.setStatus(Number(textOf(object.status)));
    writer.set("bytes", textOf(object.size));
    writer.set("requestBytes", textOf(object.bytes_read));
    writer.set("seconds", spanText(object.duration));
    this.#readRequestHeaders(request.headers);
    this.#readAnswerHeaders(object.resp_headers);
    record.request.headers = this.#headers;
    return writer.finish();
  }

  #readRequestHeaders(headers: unknown): void {
    if (!isObject(headers)) return;
    for (const [name, list] of Object.entries(headers)) {
      const value = textOf(list);
      addHeader(this.#headers, name, value);
      const lower = name.toLowerCase();
      if (lower === "user-agent") this.#writer.set("userAgent", value);
      else if (lower === "referer") this.#writer.set("referer", value);
      else if (lower === "cookie") this.#readCookie(value);
      else if (lower === "authorization") this.#writer.set("authorization", value);
      else if (lower === "x-forwarded-for") this.#writer.set("forwarded", value);
    }
  }

  #readCookie(value: string): void {
    if (isRedacted(value)) return;
    this.record.observes = this.#shown;
    this.#writer.set("cookie", value);
  }

  #readAnswerHeaders(headers: unknown): void {
    if (!isObject(headers)) return;
    const list = (name: string): JsonObject[string] => headers[name];
    this.#writer.set("contentType", textOf(list("Content-Type")));
    this.#writer.set("location", textOf(list("Location")));
    const issued = list("Set-Cookie");
    if (!Array.isArray(issued) || issued.length === 0 || isRedacted(textOf(issued[0]))) return;
    this.record.observes = this.#shown;
    this.#writer.setCookies(issued.map(textOf));
  }
}

/** Caddy's duration is seconds, or a text such as `1.5ms` where the operator asked for it. */
function spanText(value: unknown): string {
  return typeof value === "number" ? value.toFixed(9) : textOf(value);
}
