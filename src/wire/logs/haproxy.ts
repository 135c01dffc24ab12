import { logLimits } from "#core";
import { FieldWriter } from "./field-writer.ts";
import {
  addOddity,
  clearLogRecord,
  createLogRecord,
  type LineOutcome,
  type LogParser,
  type LogRecord,
  observesLog,
} from "./log-record.ts";
import { ClfTimeReader } from "./log-time.ts";
import type { LogParseOptions } from "./parse-options.ts";

const space = 0x20;
const openBracket = 0x5b;

/**
 * HAProxy's HTTP log (`option httplog`, configuration manual section 8.2.3), with or without a syslog head:
 *
 *     192.0.2.1:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {agent|} {} "GET / HTTP/1.1"
 *
 * Captured headers have no names in the log; `captures` names them in order. Unnamed, the one that looks like a
 * user agent is taken for it. A captured cookie (`capture cookie`) is used.
 */
export class HaproxyParser implements LogParser {
  readonly format = "haproxy";
  readonly record: LogRecord;
  readonly #writer: FieldWriter;
  readonly #times: ClfTimeReader;
  readonly #captures: readonly string[];

  constructor(options: LogParseOptions, captures: readonly string[] = []) {
    this.#captures = captures.map((name) => name.toLowerCase());
    this.record = createLogRecord(options.application, {
      ...observesLog,
      headers: "none",
      referer: this.#captures.includes("referer"),
    });
    this.#writer = new FieldWriter(this.record, options);
    this.#times = new ClfTimeReader(options.zoneMinutes);
  }

  parse(bytes: Buffer, start: number, end: number): LineOutcome {
    if (start === end) return "blank line";
    const { record } = this;
    const writer = this.#writer;
    clearLogRecord(record);
    writer.begin();
    const bracket = dateBracket(bytes, start, end);
    if (bracket < 0) return "unreadable time";
    const close = bytes.indexOf(0x5d, bracket);
    if (close < 0 || close > end) return "unreadable time";
    writer.setTime(this.#times.read(bytes, bracket + 1, close));
    const addressStart = bytes.lastIndexOf(space, bracket - 2) + 1;
    writer.set("ip", bytes.toString("latin1", Math.max(start, addressStart), bracket - 1));
    const quoteAt = bytes.indexOf(0x22, close);
    const headEnd = quoteAt < 0 || quoteAt > end ? end : quoteAt;
    const words = bytes.toString("latin1", close + 2, headEnd).split(" ", logLimits.fieldsMax.default);
    const timers = words[2] ?? "";
    if (!/^-?\d+(?:\/-?\+?\d+){3,4}$/.test(timers)) return "not an access record";
    if (headEnd === end) return "cut off";
    writer.set("status", words[3] ?? "");
    writer.set("bytes", (words[4] ?? "").replace("+", ""));
    writer.set("millis", timers.slice(timers.lastIndexOf("/") + 1).replace("+", ""));
    if (words[0]?.endsWith("~") === true) record.request.scheme = "https";
    else record.request.scheme = "http";
    this.#readCookies(words[5] ?? "-", words[6] ?? "-");
    this.#readCaptures(words.slice(10).join(" "));
    this.#readRequest(bytes, quoteAt + 1, end);
    return writer.finish();
  }

  #readRequest(bytes: Buffer, from: number, end: number): void {
    // HAProxy cuts long lines at its `len`, closing quote and all; the start of the request is still good.
    const last = bytes.indexOf(0x22, from);
    const request = bytes.toString("utf8", from, last < 0 || last > end ? end : last);
    if (request === "<BADREQ>") {
      this.record.request.path = "*";
      addOddity(this.record, "garbled-request-line");
    } else this.#writer.setRequest(request);
  }

  #readCookies(presented: string, issued: string): void {
    if (presented === "-" && issued === "-") return;
    // Once one cookie was captured, HAProxy is known to capture: from here on a missing one is really missing.
    if (!this.record.observes.cookies)
      this.record.observes = { ...this.record.observes, cookies: true, setCookie: "first" };
    this.#writer.set("cookie", presented);
    this.#writer.set("setCookie", issued);
  }

  #readCaptures(text: string): void {
    const blocks = blocksOf(text);
    const values = (blocks[0] ?? "").split("|");
    const { request } = this.record;
    values.forEach((value, index) => {
      const name = this.#captures[index];
      if (name === "user-agent" || (name === undefined && request.userAgent === "" && looksLikeAgent(value))) {
        this.#writer.set("userAgent", value);
        if (this.record.observes.headers === "none")
          this.record.observes = { ...this.record.observes, headers: "logged" };
      } else if (name === "referer") this.#writer.set("referer", value);
      else if (name === "host") this.#writer.set("host", value);
      else if (name === "x-forwarded-for") this.#writer.set("forwarded", value);
      else if (name === "cookie") this.#writer.set("cookie", value);
    });
  }
}

function looksLikeAgent(value: string): boolean {
  return /^[A-Za-z][\w .-]*\/\d/.test(value);
}

function dateBracket(bytes: Buffer, start: number, end: number): number {
  let at = bytes.indexOf(openBracket, start);
  while (at >= 0 && at + 21 < end) {
    if (bytes[at + 3] === 0x2f && bytes[at + 7] === 0x2f && bytes[at + 12] === 0x3a) return at;
    at = bytes.indexOf(openBracket, at + 1);
  }
  return -1;
}

/** What stands in braces. By hand: a pattern would read to the end of the line from each brace that is never closed. */
function blocksOf(text: string): readonly string[] {
  const blocks: string[] = [];
  for (let open = text.indexOf("{"); open >= 0; ) {
    const close = text.indexOf("}", open);
    if (close < 0) break;
    blocks.push(text.slice(open + 1, close));
    open = text.indexOf("{", close);
  }
  return blocks;
}
