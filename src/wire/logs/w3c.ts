import { logLimits } from "#core";
import { FieldWriter, type LogField } from "./field-writer.ts";
import {
  clearLogRecord,
  createLogRecord,
  type LineOutcome,
  type LogParser,
  type LogRecord,
  observesLog,
} from "./log-record.ts";
import type { LogParseOptions } from "./parse-options.ts";
import { decodeText } from "./unescape.ts";

/** CloudFront's columns up to `cs-protocol-version`, for pieces of a log whose head was cut off. */
const cloudfrontColumns =
  "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end";

const columnFields: Readonly<Record<string, LogField>> = {
  "c-ip": "ip",
  "x-forwarded-for": "forwarded",
  "cs-method": "method",
  "cs-uri-stem": "path",
  "cs-uri": "target",
  "cs-uri-query": "query",
  "cs-host": "host",
  "cs(host)": "host",
  "x-host-header": "host",
  "cs-protocol": "scheme",
  "cs-protocol-version": "protocol",
  "cs-version": "protocol",
  "sc-status": "status",
  "sc-bytes": "bytes",
  "cs-bytes": "requestBytes",
  "cs(user-agent)": "userAgent",
  "cs(referer)": "referer",
  "cs(cookie)": "cookie",
  "sc(set-cookie)": "setCookie",
  "cs-username": "user",
  "sc-content-type": "contentType",
  timestamp: "time",
};

/**
 * W3C extended logs (w3.org/TR/WD-logfile): Amazon CloudFront (tabs, percent-encoded) and IIS (spaces, `+` for a
 * space). The `#Fields:` line says what stands where and may change within a file. Times are UTC.
 */
export class W3cParser implements LogParser {
  readonly format: string;
  readonly record: LogRecord;
  readonly #writer: FieldWriter;
  readonly #separator: "\t" | " ";
  #columns: readonly string[] = [];

  constructor(format: "cloudfront" | "w3c", options: LogParseOptions) {
    this.format = format;
    this.#separator = format === "cloudfront" ? "\t" : " ";
    this.record = createLogRecord(options.application, { ...observesLog, referer: false, headers: "none" });
    this.#writer = new FieldWriter(this.record, options);
    if (format === "cloudfront") this.#setColumns(cloudfrontColumns);
  }

  parse(bytes: Buffer, start: number, end: number): LineOutcome {
    if (start === end) return "blank line";
    if (bytes[start] === 0x23) return this.#readDirective(bytes.toString("latin1", start, end));
    if (this.#columns.length === 0) return "missing field";
    const { record } = this;
    const writer = this.#writer;
    clearLogRecord(record);
    writer.begin();
    record.request.scheme = "http";
    const values = decodeText(bytes, start, end).split(this.#separator, logLimits.fieldsMax.default);
    if (values.length < Math.min(this.#columns.length, 9)) return "missing field";
    let date = "";
    let time = "";
    this.#columns.forEach((column, index) => {
      const value = values[index] ?? "-";
      if (column === "date") date = value;
      else if (column === "time") time = value;
      else if (column === "time-taken") writer.set(value.includes(".") ? "seconds" : "millis", value);
      else {
        const field = columnFields[column];
        if (field !== undefined) writer.set(field, this.#decode(column, value));
      }
    });
    if (date !== "" && time !== "") writer.set("time", `${date}T${time}Z`);
    return writer.finish();
  }

  #readDirective(text: string): LineOutcome {
    const fields = /^#Fields:(.*)$/i.exec(text)?.[1];
    if (fields !== undefined) this.#setColumns(fields);
    return "directive";
  }

  #setColumns(text: string): void {
    this.#columns = text.trim().toLowerCase().split(/\s+/, logLimits.fieldsMax.default);
    const has = (column: string): boolean => this.#columns.includes(column);
    this.record.observes = {
      ...observesLog,
      cookies: has("cs(cookie)"),
      setCookie: has("sc(set-cookie)") ? "first" : "none",
      headers: has("cs(user-agent)") ? "logged" : "none",
      referer: has("cs(referer)"),
      response: has("sc-status"),
    };
  }

  /** Paths stay as received; what the logger itself encoded is taken back. */
  #decode(column: string, value: string): string {
    if (column === "cs-uri-stem" || column === "cs-uri-query" || value === "-") return value;
    if (this.#separator === " ") return column.startsWith("cs(") ? value.replaceAll("+", " ") : value;
    // CloudFront encodes a percent sign as %25, so user agents arrive encoded twice.
    return value.includes("%") ? decodePercent(decodePercent(value)) : value;
  }
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
