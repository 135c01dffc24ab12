import { logLimits } from "#core";
import { HarSplitter, type LineOutcome, type LogParser, type RejectReason } from "#wire";
import type { ByteSource } from "./byte-source.ts";
import type { RecordCursor } from "./line-cursor.ts";

/** Steps through the entries of a HAR file, holding one read buffer and the entries that end in it. */
export class HarCursor implements RecordCursor {
  readonly #source: ByteSource;
  readonly #parser: LogParser;
  readonly #splitter: HarSplitter;
  readonly #chunk = Buffer.allocUnsafe(65_536);
  #ready: (Buffer | RejectReason)[] = [];
  #at = 0;
  #head: Buffer;
  #ended = false;
  #last: Buffer = Buffer.alloc(0);
  line = 0;

  constructor(source: ByteSource, parser: LogParser, head: Buffer) {
    this.#source = source;
    this.#parser = parser;
    this.#head = head;
    this.#splitter = new HarSplitter(logLimits.entryBytesMax.default, {
      entry: (bytes, length) => this.#ready.push(Buffer.from(bytes.subarray(0, length))),
      damaged: (reason) => this.#ready.push(reason),
    });
  }

  next(): LineOutcome | undefined {
    const entry = this.#ready[this.#at];
    if (entry === undefined) return undefined;
    this.#at++;
    this.line++;
    if (typeof entry === "string") {
      this.#last = Buffer.alloc(0);
      return entry;
    }
    this.#last = entry;
    return this.#parser.parse(entry, 0, entry.length);
  }

  async fill(): Promise<boolean> {
    if (this.#ended) return false;
    this.#ready = [];
    this.#at = 0;
    if (this.#head.length > 0) {
      this.#splitter.push(this.#head);
      this.#head = Buffer.alloc(0);
      return true;
    }
    const read = await this.#source.read(this.#chunk, 0);
    if (read > 0) this.#splitter.push(this.#chunk.subarray(0, read));
    else {
      this.#ended = true;
      this.#splitter.end();
    }
    return read > 0 || this.#ready.length > 0;
  }

  lastBytes(): Buffer {
    return this.#last;
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
