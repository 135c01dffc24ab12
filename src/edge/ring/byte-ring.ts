import { assert } from "#core";

/** Words in front of the data: how far was written, how far was read, whether the reader sleeps. */
const writtenAt = 0;
const readAt = 1;
const sleepingAt = 2;
const controlBytes = 64;
/** Every record starts with its size and its type; a size of -1 says: the next record is at the start of the data. */
const headBytes = 8;
const wrapped = -1;

/**
 * A queue of byte records between exactly two threads: one writes, the other reads. Lock-free, because each of the
 * two positions has one writer; the fields of a record are written before the position that shows them (Lamport,
 * "Proving the Correctness of Multiprocess Programs", 1977).
 *
 * A record lies in one piece, so that strings are written and read where they are. Positions count bytes and wrap at
 * 2^32, of which the capacity, a power of two, is a divisor.
 */
export class ByteRing {
  readonly shared: SharedArrayBuffer;
  /** Views of the data; valid between `reserve` and `commit`, or inside `drain`. */
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly bytes: Buffer;
  readonly #control: Int32Array;
  readonly #capacity: number;
  #reserved = 0;
  #skipped = 0;

  constructor(shared: SharedArrayBuffer) {
    const capacity = shared.byteLength - controlBytes;
    assert(capacity >= 1_024 && (capacity & (capacity - 1)) === 0, `a ring holds ${capacity} bytes, expected 2^n`);
    this.shared = shared;
    this.#capacity = capacity;
    this.#control = new Int32Array(shared, 0, controlBytes / 4);
    this.words = new Int32Array(shared, controlBytes);
    this.doubles = new Float64Array(shared, controlBytes);
    this.bytes = Buffer.from(shared, controlBytes);
  }

  /** Shared memory for a ring of `capacity` bytes, a power of two. */
  static allocate(capacity: number): SharedArrayBuffer {
    return new SharedArrayBuffer(controlBytes + capacity);
  }

  /** Bytes that are written and not yet read. */
  get used(): number {
    return (Atomics.load(this.#control, writtenAt) - Atomics.load(this.#control, readAt)) >>> 0;
  }

  /** How far the reader came; only for comparing with what it was before. */
  get progress(): number {
    return Atomics.load(this.#control, readAt);
  }

  /** Whether more than half of the ring waits to be read. */
  get crowded(): boolean {
    return this.used > this.#capacity >>> 1;
  }

  /**
   * Writer: makes room for a record of at most `payloadBytes`.
   *
   * @returns The payload's byte offset in the views, a multiple of eight; -1 when there is no room.
   */
  reserve(payloadBytes: number): number {
    const size = headBytes + ((payloadBytes + 7) & ~7);
    const written = Atomics.load(this.#control, writtenAt) >>> 0;
    const free = this.#capacity - this.used;
    const at = written & (this.#capacity - 1);
    const tail = this.#capacity - at;
    this.#skipped = tail < size ? tail : 0;
    if (size + this.#skipped > free) return -1;
    if (this.#skipped > 0) this.words[at >>> 2] = wrapped;
    this.#reserved = this.#skipped > 0 ? 0 : at;
    return this.#reserved + headBytes;
  }

  /** Writer: shows the reserved record to the reader. @returns Whether the reader sleeps and must be woken. */
  commit(type: number, payloadBytes: number): boolean {
    const size = headBytes + ((payloadBytes + 7) & ~7);
    this.words[this.#reserved >>> 2] = size;
    this.words[(this.#reserved >>> 2) + 1] = type;
    Atomics.add(this.#control, writtenAt, size + this.#skipped);
    return Atomics.compareExchange(this.#control, sleepingAt, 1, 0) === 1;
  }

  /** Reader: hands over up to `recordsMax` records. @returns How many there were. */
  drain(recordsMax: number, take: (type: number, payloadAt: number) => void): number {
    let count = 0;
    while (count < recordsMax && this.used > 0) {
      const at = (Atomics.load(this.#control, readAt) >>> 0) & (this.#capacity - 1);
      const size = this.words[at >>> 2] as number;
      if (size === wrapped) {
        Atomics.add(this.#control, readAt, this.#capacity - at);
        continue;
      }
      assert(size >= headBytes && size <= this.#capacity - at, `a record of ${size} bytes at ${at} of a ring`);
      take(this.words[(at >>> 2) + 1] as number, at + headBytes);
      Atomics.add(this.#control, readAt, size);
      count++;
    }
    return count;
  }

  /** Reader: says that it will wait to be woken. @returns False when something came in the same moment: read on. */
  sleep(): boolean {
    Atomics.store(this.#control, sleepingAt, 1);
    if (this.used === 0) return true;
    Atomics.store(this.#control, sleepingAt, 0);
    return false;
  }
}
