import { GaitError, logLimits } from "#core";
import { FieldWriter, type LogField, logFields } from "./field-writer.ts";
import { type JsonPlace, jsonPlaces, jsonSpans } from "./json-fields.ts";
import { type JsonObject, jsonObjectOf, textOf, valueAt } from "./json-object.ts";
import {
  clearLogRecord,
  createLogRecord,
  type LineOutcome,
  type LogParser,
  type LogRecord,
  observesLog,
} from "./log-record.ts";
import { anyTime } from "./log-time.ts";
import type { LogParseOptions } from "./parse-options.ts";

/** Lines whose every place is searched; after them a field that never showed is only looked for when a line lacks one it needs. */
const searchesMax = 1_000;

/** Where each field of this log stands: field → path. */
export type FieldMap = ReadonlyMap<LogField, string>;

/**
 * Reads a field map as given on the command line: `ip=client.addr,time=ts,target=url`.
 * @throws GaitError `log-field-map` when a field is unknown or a pair has no `=`.
 */
export function parseFieldMap(text: string): FieldMap {
  const map = new Map<LogField, string>();
  for (const pair of text.split(",")) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, Math.max(0, equals)).trim();
    const field = logFields.find((known) => known === name);
    if (field === undefined || pair.slice(equals + 1).trim() === "") {
      throw new GaitError(
        "log-field-map",
        `field map: expected "field=path" with a field of ${logFields.join(", ")}; found ${JSON.stringify(pair)}`,
        { exitCode: 2 },
      );
    }
    map.set(field, pair.slice(equals + 1).trim());
  }
  return map;
}

/**
 * JSON lines. Without a field map, the names of known loggers are tried (`jsonPlaces`), and the places where this
 * log was seen to hold its fields are asked first from then on.
 */
export class JsonLinesParser implements LogParser {
  readonly format = "json";
  readonly record: LogRecord;
  readonly #writer: FieldWriter;
  readonly #places: readonly JsonPlace[];
  #searches = 0;
  readonly #found = new Map<LogField, string>();

  constructor(options: LogParseOptions, map: FieldMap = new Map()) {
    this.record = createLogRecord(options.application, { ...observesLog, referer: false, headers: "none" });
    this.#writer = new FieldWriter(this.record, options);
    const chosen = [...map].map(([field, path]) => ({ field, path }));
    const known = Object.entries(jsonPlaces).flatMap(([field, paths]) =>
      map.has(field as LogField) ? [] : paths.map((path) => ({ field: field as LogField, path })),
    );
    const spanned = chosen.some(({ field }) => isSpan(field));
    this.#places = [...chosen, ...known, ...(spanned ? [] : jsonSpans)];
  }

  parse(bytes: Buffer, start: number, end: number): LineOutcome {
    if (start === end) return "blank line";
    const object = jsonObjectOf(bytes, start, end);
    if (object === undefined) return "not JSON";
    const { record } = this;
    clearLogRecord(record);
    record.request.scheme = "http";
    this.#writer.begin();
    this.#readKnown(object);
    const whole = record.client.ip !== "" && record.request.path !== "" && record.at > 0;
    if (!whole || this.#searches++ < searchesMax) this.#search(object);
    const outcome = this.#writer.finish();
    if (outcome === "parsed" && record.response === undefined && record.request.method === "")
      return "not an access record";
    return outcome;
  }

  /** Fields at the places where this log held them before. */
  #readKnown(object: JsonObject): void {
    for (const [field, path] of this.#found) this.#write(field, valueAt(object, path));
  }

  #search(object: JsonObject): void {
    let found = 0;
    for (const { field, path } of this.#places) {
      if (this.#found.has(field) || found > logLimits.fieldsMax.default) continue;
      const value = valueAt(object, path);
      if (value === undefined || value === null || !this.#fits(field, value)) continue;
      this.#found.set(field, path);
      this.#write(field, value);
      found++;
    }
    this.#updateObserves();
  }

  /** A place counts only when it holds what the field means: `host` may be an object, `request` a method alone. */
  #fits(field: LogField, value: unknown): boolean {
    const text = textOf(value);
    if (text === "") return false;
    if (field === "time") return !Number.isNaN(anyTime(typeof value === "number" ? value : text));
    if (field === "request") return text.includes(" ");
    if (field === "status") return /^\d{1,3}$/.test(text);
    if (field === "target" || field === "path") return /^(?:[/*]|https?:)/.test(text);
    if (isSpan(field)) return ![...this.#found.keys()].some(isSpan);
    return true;
  }

  #write(field: LogField, value: unknown): void {
    if (value === undefined || value === null) return;
    if (field === "time") this.#writer.setTime(anyTime(typeof value === "number" ? value : textOf(value)));
    else if (field === "setCookie" && Array.isArray(value)) this.#writer.setCookies(value.map(textOf));
    else this.#writer.set(field, textOf(value));
  }

  #updateObserves(): void {
    const has = (field: LogField): boolean => this.#found.has(field);
    this.record.observes = {
      ...observesLog,
      cookies: has("cookie"),
      setCookie: has("setCookie") ? "first" : "none",
      headers: has("userAgent") ? "logged" : "none",
      referer: has("referer"),
      response: has("status"),
      tls: has("ja4"),
    };
  }
}

function isSpan(field: LogField): boolean {
  return field === "seconds" || field === "millis" || field === "micros" || field === "nanos";
}
