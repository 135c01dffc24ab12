import { GaitError, type Millis } from "#core";
import {
  createLogParser,
  type LineOutcome,
  type LogFormatChoice,
  type LogParseOptions,
  type LogRecord,
  recogniseLog,
} from "#wire";
import { type ByteSource, openLogFile } from "./byte-source.ts";
import { HarCursor } from "./har-cursor.ts";
import { LineCursor, type RecordCursor } from "./line-cursor.ts";
import type { Rejections } from "./rejections.ts";

/** Enough for `recogniseLines` lines of a common log, and for a few of the longest. */
const headBytes = 131_072;
/** Servers log when a request ends, so neighbours may stand a little out of order. */
const disorderMsMax = 2_000;

/** What one file gave, for the report. */
export interface LogFileFacts {
  readonly name: string;
  format: string;
  lines: number;
  parsed: number;
  /** Damage or an unknown format, in words; "" when all is well. */
  problem: string;
  /** Lines whose time lies more than two seconds before an earlier line's. */
  clockBack: number;
}

/** How a log is opened: by path, or as a stream that can be read once. */
export interface LogInput {
  readonly name: string;
  open(): Promise<ByteSource>;
  /** Whether it may be opened a second time. */
  readonly reopens: boolean;
}

export function logInputFromPath(path: string): LogInput {
  return { name: path, open: () => openLogFile(path), reopens: true };
}

export interface LogFileOptions {
  readonly choice: LogFormatChoice;
  readonly parse: LogParseOptions;
  readonly rejections: Rejections;
}

/** One log of a run: recognised once, opened when its time comes, stepped record by record. */
export class LogFile {
  readonly facts: LogFileFacts;
  readonly #input: LogInput;
  readonly #options: LogFileOptions;
  #source: ByteSource | undefined;
  #cursor: RecordCursor | undefined;
  #record: LogRecord | undefined;
  #takenBefore = 0;
  #latest: Millis = Number.NEGATIVE_INFINITY;
  /** Time of the first readable record; NaN until `peek`. */
  firstAt: Millis = Number.NaN;
  /** Time by which this file is merged: never goes back, whatever its clock did. */
  key: Millis = Number.NEGATIVE_INFINITY;

  constructor(input: LogInput, options: LogFileOptions) {
    this.#input = input;
    this.#options = options;
    this.facts = { name: input.name, format: "", lines: 0, parsed: 0, problem: "", clockBack: 0 };
  }

  /** The record that `advance` stopped at, counted as read from now on. */
  take(): LogRecord {
    if (this.#record === undefined) throw new TypeError("advance first");
    this.facts.lines++;
    this.facts.parsed++;
    return this.#record;
  }

  /** Bytes of the file read so far. */
  get taken(): number {
    return this.#source?.taken ?? this.#takenBefore;
  }

  /**
   * Looks at the beginning: format and first time. False when the file cannot be used; `facts.problem` says why.
   * @throws GaitError when the file cannot be opened at all, or the format given does not exist.
   */
  async peek(): Promise<boolean> {
    const source = await this.#input.open();
    let keep = false;
    try {
      const head = await readHead(source);
      const { choice, parse } = this.#options;
      const format = choice.format === "auto" ? this.#recognise(head) : choice.format;
      if (format === undefined) {
        this.facts.problem = source.damage === "" ? this.facts.problem : `${source.damage}; ${this.facts.problem}`;
        return false;
      }
      const parser = createLogParser({ ...choice, format }, parse);
      this.facts.format = parser.format;
      this.firstAt = firstTime(head, parser);
      keep = !this.#input.reopens;
      if (keep) this.#attach(source, head);
      return true;
    } finally {
      if (!keep) await source.close();
    }
  }

  #recognise(head: Buffer): string | undefined {
    const found = recogniseLog(head, this.#options.choice, this.#options.parse);
    if (found.kind === "found") return found.format;
    this.facts.problem = found.message;
    return undefined;
  }

  async open(): Promise<void> {
    if (this.#cursor !== undefined) return;
    this.#attach(await this.#input.open(), Buffer.alloc(0));
  }

  #attach(source: ByteSource, head: Buffer): void {
    const { choice, parse } = this.#options;
    const format = choice.format === "auto" ? this.facts.format : choice.format;
    const parser = createLogParser({ ...choice, format }, parse);
    this.#source = source;
    this.#record = parser.record;
    this.#cursor = format === "har" ? new HarCursor(source, parser, head) : new LineCursor(source, parser, head);
  }

  /** Steps to the next readable record, counting what is rejected. Undefined: more bytes are needed, call `fill`. */
  advance(): "record" | undefined {
    const cursor = this.#cursor;
    const record = this.#record;
    if (cursor === undefined || record === undefined) return undefined;
    for (;;) {
      const outcome = cursor.next();
      if (outcome === undefined) return undefined;
      if (outcome === "parsed") {
        const { at } = record;
        if (at >= this.#latest) this.#latest = at;
        else if (this.#latest - at > disorderMsMax) this.facts.clockBack++;
        this.key = this.#latest;
        return "record";
      }
      this.#reject(outcome, cursor);
    }
  }

  #reject(outcome: Exclude<LineOutcome, "parsed">, cursor: RecordCursor): void {
    if (outcome === "directive") return;
    this.facts.lines++;
    this.#options.rejections.add(outcome, { file: this.facts.name, line: cursor.line, bytes: cursor.lastBytes() });
  }

  /** Reads more bytes. False at the end of the file. */
  async fill(): Promise<boolean> {
    return this.#cursor !== undefined && (await this.#cursor.fill());
  }

  async close(): Promise<void> {
    const source = this.#source;
    if (source === undefined) return;
    this.#takenBefore = source.taken;
    if (source.damage !== "") this.facts.problem = source.damage;
    this.#source = undefined;
    await this.#cursor?.close();
    this.#cursor = undefined;
  }
}

async function readHead(source: ByteSource): Promise<Buffer> {
  const head = Buffer.alloc(headBytes);
  let length = 0;
  while (length < headBytes) {
    const read = await source.read(head, length);
    if (read === 0) break;
    length += read;
    // NUL padding of a log truncated under its server can be longer than any head: it is passed over.
    if (head[0] === 0 && head.subarray(0, length).every((byte) => byte === 0)) length = 0;
  }
  return head.subarray(0, length);
}

function firstTime(head: Buffer, parser: ReturnType<typeof createLogParser>): Millis {
  let start = 0;
  while (start < head.length) {
    let end = head.indexOf(0x0a, start);
    if (end < 0) end = head.length;
    if (parser.format !== "har" && parser.parse(head, start, end) === "parsed") return parser.record.at;
    start = end + 1;
  }
  // Nothing readable at the beginning: read first, so that nothing is held back for it.
  return Number.NEGATIVE_INFINITY;
}

/** @throws GaitError `log-empty` when no file of the run could be used. */
export function requireUsable(files: readonly LogFile[], usable: readonly LogFile[]): void {
  if (usable.length > 0) return;
  const reasons = files.map(({ facts }) => `${facts.name}: ${facts.problem}`).join("\n  ");
  throw new GaitError("log-format", `no log could be read\n  ${reasons}`);
}
