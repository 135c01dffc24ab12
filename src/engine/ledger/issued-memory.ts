import { assert, type Hashed, type Millis } from "#core";

/**
 * Remembers which cookie values the origin issued, to anybody, over days: generations of Bloom filters
 * (Bloom 1970; four probes by double hashing, Kirsch and Mitzenmacher 2006). A generation ends when it is
 * full or a day old, and the oldest is forgotten, so memory never grows. `completeSince` moves forward with
 * what is forgotten: a value that could be older than that is unknown, never "never issued". An attacker
 * who makes the origin issue millions of values therefore buys ignorance, not false alarms.
 */
export class IssuedMemory {
  readonly #bitsMask: number;
  readonly #valuesMax: number;
  readonly #generations: Uint32Array[];
  readonly #startedAt: Float64Array;
  #newest = 0;
  #filled = 1;
  #values = 0;
  #completeSince = Number.POSITIVE_INFINITY;

  /** @param bits per generation, a power of two. */
  constructor(generations: number, bits: number) {
    assert(bits >= 1024 && (bits & (bits - 1)) === 0, `bits per generation must be a power of two, found ${bits}`);
    assert(generations >= 2, "a memory that forgets needs at least two generations");
    this.#bitsMask = bits - 1;
    this.#valuesMax = Math.floor(bits / 12);
    this.#generations = Array.from({ length: generations }, () => new Uint32Array(bits >>> 5));
    this.#startedAt = new Float64Array(generations).fill(Number.NaN);
  }

  /** Values issued before this time may be missing. Infinity until something was issued. */
  get completeSince(): Millis {
    return this.#completeSince;
  }

  /** Remembers that `value` was issued under the name numbered `nameId`. True when it was not known before. */
  add(value: Hashed, nameId: number, now: Millis): boolean {
    if (this.#completeSince === Number.POSITIVE_INFINITY) this.#start(now);
    const started = this.#startedAt[this.#newest] ?? now;
    if (this.#values >= this.#valuesMax || now - started > generationMsMax) this.#turn(now);
    const bits = this.#generations[this.#newest];
    if (bits === undefined) return false;
    const first = firstHash(value, nameId);
    const step = secondHash(value, nameId);
    let fresh = false;
    for (let i = 0; i < probes; i++) {
      const bit = (first + Math.imul(i, step)) & this.#bitsMask;
      const before = bits[bit >>> 5] ?? 0;
      const after = before | (1 << (bit & 31));
      if (before >>> 0 === after >>> 0) continue;
      bits[bit >>> 5] = after;
      fresh = true;
    }
    if (fresh) this.#values++;
    return fresh;
  }

  /** Start of the generation that issued `value`, newest first; NaN when none did. */
  issuedSince(value: Hashed, nameId: number): Millis {
    const first = firstHash(value, nameId);
    const step = secondHash(value, nameId);
    for (let age = 0; age < this.#filled; age++) {
      const index = (this.#newest - age + this.#generations.length) % this.#generations.length;
      const bits = this.#generations[index];
      if (bits !== undefined && this.#has(bits, first, step)) return this.#startedAt[index] ?? Number.NaN;
    }
    return Number.NaN;
  }

  /** What survives a restart: generations from the oldest to the newest. Only bits; no value can be read back. */
  save(): IssuedMemoryState {
    const count = this.#generations.length;
    const generations = [];
    for (let age = this.#filled - 1; age >= 0; age--) {
      const index = (this.#newest - age + count) % count;
      const bits = this.#generations[index];
      const since = this.#startedAt[index] ?? Number.NaN;
      if (bits !== undefined && !Number.isNaN(since)) generations.push({ since, bits: bits.slice() });
    }
    return { completeSince: this.#completeSince, values: this.#values, generations };
  }

  /** Takes what `save` gave; generations of another size are left out, and then nothing before now is complete. */
  restore(state: IssuedMemoryState, now: Millis): void {
    const kept = state.generations.slice(-this.#generations.length);
    const fits = kept.every(({ bits }) => bits.length === (this.#bitsMask + 1) >>> 5);
    if (!fits || kept.length === 0) return;
    for (const [index, { since, bits }] of kept.entries()) {
      this.#generations[index]?.set(bits);
      this.#startedAt[index] = since;
    }
    this.#filled = kept.length;
    this.#newest = kept.length - 1;
    this.#values = state.values;
    // What was issued while we were down, we did not see: nothing older than now is complete.
    this.#completeSince = now;
  }

  #has(bits: Uint32Array, first: number, step: number): boolean {
    for (let i = 0; i < probes; i++) {
      const bit = (first + Math.imul(i, step)) & this.#bitsMask;
      if (((bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  #start(now: Millis): void {
    this.#completeSince = now;
    this.#startedAt[this.#newest] = now;
  }

  #turn(now: Millis): void {
    const count = this.#generations.length;
    this.#newest = (this.#newest + 1) % count;
    if (this.#filled === count) {
      const oldest = (this.#newest + 1) % count;
      this.#completeSince = this.#startedAt[oldest] ?? now;
    } else this.#filled++;
    this.#generations[this.#newest]?.fill(0);
    this.#startedAt[this.#newest] = now;
    this.#values = 0;
  }
}

/** The memory as a snapshot keeps it. */
export interface IssuedMemoryState {
  readonly completeSince: Millis;
  readonly values: number;
  readonly generations: readonly { readonly since: Millis; readonly bits: Uint32Array }[];
}

const probes = 4;
const generationMsMax = 24 * 3600_000;

function firstHash(value: Hashed, nameId: number): number {
  let hash = Math.imul((value | 0) ^ Math.imul(nameId, 0x9e3779b1), 0x85ebca6b);
  hash ^= hash >>> 15;
  return (Math.imul(hash, 0xc2b2ae35) ^ (hash >>> 13)) >>> 0;
}

function secondHash(value: Hashed, nameId: number): number {
  const high = Math.floor(value / 0x1_0000_0000) ^ Math.imul(nameId, 0x27d4eb2f) ^ (value | 0);
  return (Math.imul(high ^ (high >>> 15), 0x2c1b3c6d) | 1) >>> 0;
}
