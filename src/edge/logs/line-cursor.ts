import { logLimits } from "#core";
import type { LineOutcome, LogParser } from "#wire";
import type { ByteSource } from "./byte-source.ts";

/** Steps through the records of one open log. `next` is undefined when more bytes are needed. */
export interface RecordCursor {
  /** Number of the record last returned, from 1: a line, or a HAR entry. */
  readonly line: number;
  next(): LineOutcome | undefined;
  /** Reads more. False at the end. */
  fill(): Promise<boolean>;
  /** The bytes of the record last returned, for a sample; valid until the next step. */
  lastBytes(): Buffer;
  close(): Promise<void>;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const lineBytesMax = logLimits.lineBytesMax.default;

/**
 * Cuts a log into lines, in one buffer of fixed size. A line longer than `lineBytesMax` is passed over and
 * rejected as one. NUL bytes before a line are skipped: a log that was truncated while its server kept writing
 * (`copytruncate`) begins with as many as it was long.
 */
export class LineCursor implements RecordCursor {
  readonly #source: ByteSource;
  readonly #parser: LogParser;
  readonly #bytes = Buffer.allocUnsafeSlow(logLimits.readBytes.default + lineBytesMax);
  #from = 0;
  #to = 0;
  #ended = false;
  /** Inside a line too long to be read: bytes are dropped up to its end. */
  #skipping = false;
  #lastFrom = 0;
  #lastTo = 0;
  line = 0;

  constructor(source: ByteSource, parser: LogParser, head: Buffer) {
    this.#source = source;
    this.#parser = parser;
    head.copy(this.#bytes);
    this.#to = head.length;
  }

  next(): LineOutcome | undefined {
    const bytes = this.#bytes;
    let from = this.#from;
    const to = this.#to;
    if (this.line === 0 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) from += 3;
    if (bytes[from] === 0) while (from < to && bytes[from] === 0) from++;
    this.#from = from;
    if (from >= to) return undefined;
    let end = bytes.indexOf(lineFeed, from);
    if (end < 0 || end >= to) {
      if (!this.#ended) return to - from > lineBytesMax ? this.#startSkipping() : undefined;
      end = to;
    }
    this.#from = end + 1;
    if (this.#skipping) {
      this.#skipping = false;
      return this.next();
    }
    this.line++;
    const stop = end > from && bytes[end - 1] === carriageReturn ? end - 1 : end;
    this.#lastFrom = from;
    this.#lastTo = stop;
    return stop - from > lineBytesMax ? "line too long" : this.#parser.parse(bytes, from, stop);
  }

  #startSkipping(): LineOutcome | undefined {
    const first = !this.#skipping;
    this.#lastFrom = this.#from;
    this.#lastTo = Math.min(this.#to, this.#from + 1_024);
    this.#from = this.#to;
    this.#skipping = true;
    if (!first) return undefined;
    this.line++;
    return "line too long";
  }

  async fill(): Promise<boolean> {
    if (this.#ended) return false;
    const rest = this.#to - this.#from;
    if (rest > 0 && this.#from > 0) this.#bytes.copyWithin(0, this.#from, this.#to);
    this.#from = 0;
    this.#to = rest;
    const read = await this.#source.read(this.#bytes, rest);
    this.#to += read;
    if (read > 0) return true;
    this.#ended = true;
    return rest > 0;
  }

  lastBytes(): Buffer {
    return this.#bytes.subarray(this.#lastFrom, this.#lastTo);
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
