import { logLimits } from "#core";
import { FieldWriter } from "./field-writer.ts";
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
import { splitWords } from "./split-words.ts";

const wordsNeeded = 14;

/**
 * AWS Application Load Balancer access logs (docs.aws.amazon.com, "Access log entries"): space-separated, quoted
 * where needed, the target always an absolute URI. The log has no referer and no cookies.
 */
export class AlbParser implements LogParser {
  readonly format = "alb";
  readonly record: LogRecord;
  readonly #writer: FieldWriter;

  constructor(options: LogParseOptions) {
    this.record = createLogRecord(options.application, { ...observesLog, referer: false });
    this.#writer = new FieldWriter(this.record, options, new RequestLineReader({ absoluteTargets: true }));
  }

  parse(bytes: Buffer, start: number, end: number): LineOutcome {
    if (start === end) return "blank line";
    const { record } = this;
    const writer = this.#writer;
    clearLogRecord(record);
    writer.begin();
    const words = splitWords(bytes, start, end, logLimits.fieldsMax.default);
    if (words.length < wordsNeeded) return "missing field";
    const [type = "", time = "", , client = "", , waited = "", processed = "", answered = "", status = ""] = words;
    record.request.scheme = /^(?:https|h2|wss|grpcs)$/.test(type) ? "https" : "http";
    writer.set("time", time);
    writer.set("ip", client);
    writer.set("status", status);
    writer.set("requestBytes", words[10] ?? "");
    writer.set("bytes", words[11] ?? "");
    writer.setRequest(requestOf(words[12] ?? ""));
    writer.set("userAgent", words[13] ?? "");
    const spans = [waited, processed, answered].map(Number);
    if (spans.every((span) => span >= 0)) record.answer.durationMs = spans.reduce((sum, span) => sum + span, 0) * 1000;
    return writer.finish();
  }
}

/** The load balancer writes `- http://host:80- -` for a request it could not read. */
function requestOf(text: string): string {
  return text.startsWith("- ") ? "" : text.trimEnd();
}
