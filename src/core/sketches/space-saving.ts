import { assert } from "../assert.ts";

/** One heavy value: `count - error ≤ true count ≤ count`. */
export interface HeavyHitter {
  readonly value: number;
  readonly count: number;
  readonly error: number;
}

/** Up to here a walk over all values is faster than a look into a map, which weighs more than what it finds. */
const walkedMax = 8;

/**
 * The most frequent values in bounded memory (Metwally, Agrawal, El Abbadi 2005). Each count is too high by at
 * most `total / capacity`, and every value with a true count above that is present. O(log capacity) per add.
 */
export class SpaceSaving {
  readonly capacity: number;
  readonly #positions: Map<number, number> | undefined;
  // A binary min-heap by count, in parallel arrays; position 0 holds the least.
  readonly #values: Float64Array;
  readonly #counts: Float64Array;
  readonly #errors: Float64Array;
  #size = 0;
  #total = 0;

  constructor(capacity: number) {
    assert(capacity >= 1 && capacity <= 65_536, `space-saving capacity must be 1-65536, found ${capacity}`);
    this.capacity = capacity;
    this.#positions = capacity > walkedMax ? new Map() : undefined;
    // One buffer: small ones would else weigh more by their arrays than by what they hold.
    const buffer = new ArrayBuffer(capacity * 24);
    this.#values = new Float64Array(buffer, 0, capacity);
    this.#counts = new Float64Array(buffer, capacity * 8, capacity);
    this.#errors = new Float64Array(buffer, capacity * 16, capacity);
  }

  get total(): number {
    return this.#total;
  }

  get size(): number {
    return this.#size;
  }

  add(value: number, count = 1): void {
    this.#total += count;
    const known = this.#find(value);
    if (known >= 0) {
      this.#counts[known] = (this.#counts[known] as number) + count;
      this.#sink(known);
      return;
    }
    if (this.#size < this.capacity) {
      const at = this.#size++;
      this.#place(at, value, count, 0);
      this.#rise(at);
      return;
    }
    const least = this.#counts[0] as number;
    this.#positions?.delete(this.#values[0] as number);
    this.#place(0, value, least + count, least);
    this.#sink(0);
  }

  /** Forgets everything. */
  clear(): void {
    this.#positions?.clear();
    this.#size = 0;
    this.#total = 0;
  }

  /** Upper bound of the value's count; 0 when it is not among the kept. */
  count(value: number): number {
    const at = this.#find(value);
    return at < 0 ? 0 : (this.#counts[at] as number);
  }

  /** The `limit` most frequent values, most frequent first. */
  top(limit: number = this.capacity): HeavyHitter[] {
    const all: HeavyHitter[] = [];
    for (let i = 0; i < this.#size; i++) {
      all.push({
        value: this.#values[i] as number,
        count: this.#counts[i] as number,
        error: this.#errors[i] as number,
      });
    }
    return all.sort((a, b) => b.count - a.count || a.value - b.value).slice(0, limit);
  }

  #place(at: number, value: number, count: number, error: number): void {
    this.#values[at] = value;
    this.#counts[at] = count;
    this.#errors[at] = error;
    this.#positions?.set(value, at);
  }

  /** Where a value stands; -1: nowhere. */
  #find(value: number): number {
    if (this.#positions !== undefined) return this.#positions.get(value) ?? -1;
    for (let at = 0; at < this.#size; at++) if (this.#values[at] === value) return at;
    return -1;
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#counts[parent] as number) <= (this.#counts[at] as number)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#size) return;
      const right = left + 1;
      const smaller =
        right < this.#size && (this.#counts[right] as number) < (this.#counts[left] as number) ? right : left;
      if ((this.#counts[at] as number) <= (this.#counts[smaller] as number)) return;
      this.#swap(at, smaller);
      at = smaller;
    }
  }

  #swap(a: number, b: number): void {
    const value = this.#values[a] as number;
    const count = this.#counts[a] as number;
    const error = this.#errors[a] as number;
    this.#place(a, this.#values[b] as number, this.#counts[b] as number, this.#errors[b] as number);
    this.#place(b, value, count, error);
  }
}
