import { logLimits } from "#core";
import { AddressReader } from "./address.ts";
import { ByteInterner } from "./byte-interner.ts";
import { closingQuote } from "./combined.ts";
import { FieldWriter, type LogField } from "./field-writer.ts";
import { compileLogFormat, type Slot } from "./log-format.ts";
import {
  clearLogRecord,
  createLogRecord,
  type LineOutcome,
  type LogParser,
  type LogRecord,
  observesLog,
} from "./log-record.ts";
import { anyTime, ClfTimeReader } from "./log-time.ts";
import { maskReferer } from "./mask-secrets.ts";
import type { LogParseOptions } from "./parse-options.ts";
import { RequestLineReader } from "./request-line.ts";
import { decodeField } from "./unescape.ts";

const dash = 0x2d;

interface Place {
  readonly before: Buffer;
  readonly slot: Slot;
  /** The value stands between double quotes and ends at the one that is not escaped. */
  readonly quoted: boolean;
}

/** Lines of a format string given by the operator: nginx `log_format` or Apache `LogFormat`. */
export class CustomParser implements LogParser {
  readonly format = "custom";
  readonly record: LogRecord;
  readonly #places: readonly Place[];
  readonly #after: Buffer;
  readonly #writer: FieldWriter;
  readonly #addresses = new AddressReader();
  readonly #times: ClfTimeReader;
  readonly #requests = new RequestLineReader();
  readonly #userAgents = new ByteInterner(logLimits.internSlots.default, decodeField, { width: 512 });
  readonly #headers: { names: string[]; values: string[] } = { names: [], values: [] };

  /** @throws GaitError `log-format-string` when the format cannot be read back. */
  constructor(formatText: string, options: LogParseOptions) {
    const { segments, after } = compileLogFormat(formatText);
    this.#places = segments.map(({ before, slot }, index) => {
      const next = segments[index + 1]?.before ?? after;
      return { before: Buffer.from(before, "utf8"), slot, quoted: before.endsWith('"') && next.startsWith('"') };
    });
    this.#after = Buffer.from(after, "utf8");
    this.record = createLogRecord(options.application, observesOf(segments.map(({ slot }) => slot)));
    this.#writer = new FieldWriter(this.record, options, this.#requests);
    this.#times = new ClfTimeReader(options.zoneMinutes);
  }

  parse(bytes: Buffer, start: number, end: number): LineOutcome {
    if (start === end) return "blank line";
    const record = this.record;
    clearLogRecord(record);
    this.#writer.begin();
    this.#headers.names.length = 0;
    this.#headers.values.length = 0;
    const places = this.#places;
    let at = start;
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as Place;
      if (i === 0) {
        if (!startsWith(bytes, at, end, place.before)) return "missing field";
        at += place.before.length;
      }
      const next = places[i + 1]?.before ?? this.#after;
      const stop = valueEnd(bytes, at, { end, next, quoted: place.quoted });
      if (stop < 0) return "cut off";
      this.#read(place.slot, bytes, at, stop);
      at = stop + next.length;
    }
    if (this.#headers.names.length > 0) record.request.headers = this.#headers;
    return this.#writer.finish();
  }

  #read(slot: Slot, bytes: Buffer, start: number, end: number): void {
    if (slot.kind === "ignored" || end === start || (end - start === 1 && bytes[start] === dash)) {
      // An empty request line is a client's doing; every other empty field is only absent.
      if (slot.kind === "field" && slot.field === "request") this.#requests.read(this.record, bytes, start, end);
      return;
    }
    if (slot.kind === "field") this.#readField(slot.field, bytes, start, end);
    else if (slot.kind === "cookie") this.#writer.addCookie(slot.name, decodeField(bytes, start, end));
    else if (slot.kind === "setCookie") this.#writer.addSetCookie(slot.name, decodeField(bytes, start, end));
    else {
      this.#headers.names.push(slot.name);
      this.#headers.values.push(decodeField(bytes, start, end));
    }
  }

  #readField(field: LogField, bytes: Buffer, start: number, end: number): void {
    const { record } = this;
    if (field === "ip") record.client.ip = this.#addresses.read(bytes, start, end);
    else if (field === "request") this.#requests.read(record, bytes, start, end);
    else if (field === "userAgent")
      record.request.userAgent = this.#userAgents.intern(
        bytes,
        start,
        Math.min(end, start + logLimits.fieldBytesMax.default),
      );
    else if (field === "time") {
      const at = this.#times.read(bytes, start, end);
      record.at = at > 0 ? at : anyTime(bytes.toString("latin1", start, end));
    } else if (field === "referer")
      record.request.referer = maskReferer(
        decodeField(bytes, start, Math.min(end, start + logLimits.fieldBytesMax.default)),
      );
    else this.#writer.set(field, decodeField(bytes, start, end));
  }
}

function observesOf(slots: readonly Slot[]): LogRecord["observes"] {
  const has = (field: LogField): boolean => slots.some((slot) => slot.kind === "field" && slot.field === field);
  const named = (kind: Slot["kind"]): boolean => slots.some((slot) => slot.kind === kind);
  return {
    ...observesLog,
    cookies: has("cookie") || named("cookie"),
    // nginx before 1.23 logs the first of several Set-Cookie headers only, and a log does not say who wrote it.
    setCookie: has("setCookie") || named("setCookie") ? "first" : "none",
    headers: has("userAgent") ? "logged" : "none",
    referer: has("referer"),
    response: has("status"),
    tls: has("ja4"),
  };
}

function startsWith(bytes: Buffer, at: number, end: number, literal: Buffer): boolean {
  if (end - at < literal.length) return false;
  for (let i = 0; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return false;
  return true;
}

/** Where the value that begins at `at` ends: before the next literal. -1 when that never comes. */
function valueEnd(
  bytes: Buffer,
  at: number,
  { end, next, quoted }: { readonly end: number; readonly next: Buffer; readonly quoted: boolean },
): number {
  if (next.length === 0) return end;
  if (quoted) {
    let close = closingQuote(bytes, at, end);
    while (close >= 0 && !startsWith(bytes, close, end, next)) close = closingQuote(bytes, close + 1, end);
    return close;
  }
  const first = next[0] as number;
  let found = bytes.indexOf(first, at);
  while (found >= 0 && found < end) {
    if (startsWith(bytes, found, end, next)) return found;
    found = bytes.indexOf(first, found + 1);
  }
  return -1;
}
