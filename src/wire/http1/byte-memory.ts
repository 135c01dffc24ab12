/** Longer ones are not kept. */
const bytesMax = 4_096;
/** Words looked at to choose a cell; all bytes are compared before anything counts as found. */
const samples = 12;

/**
 * Remembers what stretches of bytes were found to mean, by the bytes themselves. A direct-mapped table: a newer stretch
 * takes an older one's cell, so memory is bounded by `cells` times 4 KiB and the values, and a client that sends ever
 * different bytes costs others no more than parsing.
 */
export class ByteMemory<Value> {
  readonly #cells: number;
  readonly #bytes: (Buffer | undefined)[];
  readonly #values: (Value | undefined)[];

  /** @param cells A power of two. */
  constructor(cells: number) {
    this.#cells = cells;
    this.#bytes = new Array<Buffer | undefined>(cells).fill(undefined);
    this.#values = new Array<Value | undefined>(cells).fill(undefined);
  }

  /** The value of exactly these bytes, or undefined. */
  find(bytes: Buffer, from: number, end: number): Value | undefined {
    const cell = this.#cellOf(bytes, from, end);
    const kept = this.#bytes[cell];
    if (kept === undefined || kept.length !== end - from || kept.compare(bytes, from, end) !== 0) return undefined;
    return this.#values[cell];
  }

  /** Keeps a value for these bytes, which are copied. */
  keep(bytes: Buffer, from: number, { end, value }: { readonly end: number; readonly value: Value }): void {
    if (end - from > bytesMax) return;
    const cell = this.#cellOf(bytes, from, end);
    this.#bytes[cell] = Buffer.from(bytes.subarray(from, end));
    this.#values[cell] = value;
  }

  #cellOf(bytes: Buffer, from: number, end: number): number {
    const length = end - from;
    let hash = Math.imul(length, 0x9e3779b1);
    for (let i = 1; i <= samples; i++) {
      const at = from + Math.floor(((length - 4) * i) / samples);
      const word =
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24);
      hash = Math.imul(hash ^ word, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    return hash & (this.#cells - 1);
  }
}
