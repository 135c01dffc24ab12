/** What became of the bytes handed to the splitter. */
export interface HarSink {
  /** One entry's JSON, complete. The bytes are the splitter's and valid during the call only. */
  entry(bytes: Buffer, length: number): void;
  /** An entry that never ended or was larger than is read. */
  damaged(reason: "line too long" | "cut off"): void;
}

const quote = 0x22;
const backslash = 0x5c;
const open = 0x7b;
const close = 0x7d;
const openList = 0x5b;
const closeList = 0x5d;
const marker = Buffer.from('"entries"');

/**
 * Cuts the entries out of a HAR file as it streams by, so that a file of any size is read in the memory of its
 * largest entry. Looks for the list after the first `"entries"` key and takes the objects in it.
 */
export class HarSplitter {
  readonly #entryBytesMax: number;
  readonly #sink: HarSink;
  #entry = Buffer.allocUnsafe(65_536);
  #length = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #oversize = false;
  #state: "before" | "key" | "list" | "after" = "before";
  #matched = 0;

  constructor(entryBytesMax: number, sink: HarSink) {
    this.#entryBytesMax = entryBytesMax;
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (this.#state === "list") this.#inList(byte);
      else if (this.#state !== "after") this.#beforeList(byte);
    }
  }

  /** After the last byte. False when the file had no list of entries at all. */
  end(): boolean {
    if (this.#depth > 0) this.#sink.damaged("cut off");
    return this.#state === "list" || this.#state === "after";
  }

  #beforeList(byte: number): void {
    if (this.#state === "key") {
      if (byte === openList) this.#state = "list";
      else if (byte !== 0x3a && byte > 0x20) this.#state = "before";
      return;
    }
    this.#matched = byte === marker[this.#matched] ? this.#matched + 1 : byte === quote ? 1 : 0;
    if (this.#matched === marker.length) {
      this.#state = "key";
      this.#matched = 0;
    }
  }

  #inList(byte: number): void {
    if (this.#depth === 0) {
      if (byte === closeList) this.#state = "after";
      if (byte !== open) return;
    }
    this.#append(byte);
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      else if (byte === quote) this.#inString = false;
      return;
    }
    if (byte === quote) this.#inString = true;
    else if (byte === open || byte === openList) this.#depth++;
    else if (byte === close || byte === closeList) {
      this.#depth--;
      if (this.#depth === 0) this.#finish();
    }
  }

  #append(byte: number): void {
    if (this.#length >= this.#entryBytesMax) {
      this.#oversize = true;
      return;
    }
    if (this.#length === this.#entry.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#entryBytesMax, this.#entry.length * 2));
      this.#entry.copy(larger, 0, 0, this.#length);
      this.#entry = larger;
    }
    this.#entry[this.#length++] = byte;
  }

  #finish(): void {
    if (this.#oversize) this.#sink.damaged("line too long");
    else this.#sink.entry(this.#entry, this.#length);
    this.#length = 0;
    this.#oversize = false;
  }
}
