import { assert, combine32, mix32 } from "#core";

const order = 3;

/** Where a walk stands: its last three symbols, 0 for none. Callers keep it in their own session. */
export interface SequenceContext {
  a: number;
  b: number;
  c: number;
}

/**
 * How people move through an application: a variable-order Markov model of order 3 with interpolated Witten-Bell
 * back-off (Witten and Bell 1991), `p_o = λ p_ml + (1 - λ) p_{o-1}` with λ = n / (n + types). Symbols are small
 * positive integers: endpoint × method × status class.
 *
 * One open-addressed table holds the counts of all orders; `capacity` entries of 8 bytes. When three quarters are
 * used nothing new is learned until `fade` prunes. O(order) per step, no allocation.
 *
 * Evaded by replaying people's own walks, for which see the near-duplicates.
 */
export class SequenceModel {
  readonly #capacity: number;
  readonly #keys: Uint32Array;
  readonly #counts: Float32Array;
  readonly #hashes = new Uint32Array(order + 1);
  #used = 0;
  #alphabet = 1;
  #learned = 0;

  constructor(capacity: number = 1 << 18) {
    assert((capacity & (capacity - 1)) === 0, `sequence model capacity must be a power of two, found ${capacity}`);
    this.#capacity = capacity;
    this.#keys = new Uint32Array(capacity);
    this.#counts = new Float32Array(capacity);
  }

  /** Steps learned, decayed. */
  get learned(): number {
    return this.#learned;
  }

  /** Entries in use. */
  get used(): number {
    return this.#used;
  }

  /** -ln p(symbol | the last three), before learning it. */
  surprisal(context: SequenceContext, symbol: number): number {
    this.#hash(context);
    let p = 1 / this.#alphabet;
    for (let o = 0; o <= order; o++) {
      const hash = this.#hashes[o] as number;
      const total = this.#read(totalKey(hash));
      if (total === 0) break;
      const types = this.#read(typesKey(hash));
      const ml = this.#read(symbolKey(hash, symbol)) / total;
      const weight = total / (total + types);
      p = weight * ml + (1 - weight) * p;
    }
    return -Math.log(Math.max(p, 1e-9));
  }

  /** Learns one step of an unconvicted session. */
  learn(context: SequenceContext, symbol: number, weight = 1): void {
    if (symbol >= this.#alphabet) this.#alphabet = symbol + 1;
    this.#learned += weight;
    this.#hash(context);
    for (let o = 0; o <= order; o++) {
      const hash = this.#hashes[o] as number;
      const fresh = this.#add(symbolKey(hash, symbol), weight);
      this.#add(totalKey(hash), weight);
      if (fresh) this.#add(typesKey(hash), 1);
    }
  }

  /** Moves a walk one step. */
  static advance(context: SequenceContext, symbol: number): void {
    context.a = context.b;
    context.b = context.c;
    context.c = symbol;
  }

  /** Ages every count by `factor` and drops what fell below `least`. The slow lane's: O(capacity). */
  fade(factor: number, least = 0.5): void {
    const entries: [number, number][] = [];
    for (let i = 0; i < this.#capacity; i++) {
      const count = (this.#counts[i] as number) * factor;
      if (count >= least) entries.push([this.#keys[i] as number, count]);
    }
    this.#keys.fill(0);
    this.#counts.fill(0);
    this.#used = 0;
    this.#learned *= factor;
    for (const [key, count] of entries) this.#add(key, count);
  }

  #hash({ a, b, c }: SequenceContext): void {
    let hash = 0x9747b28c;
    this.#hashes[0] = hash;
    hash = combine32(hash, c);
    this.#hashes[1] = hash;
    hash = combine32(hash, b);
    this.#hashes[2] = hash;
    this.#hashes[3] = combine32(hash, a);
  }

  #slot(key: number): number {
    const mask = this.#capacity - 1;
    let at = key & mask;
    while (this.#keys[at] !== 0 && this.#keys[at] !== key) at = (at + 1) & mask;
    return at;
  }

  #read(key: number): number {
    return this.#counts[this.#slot(key)] as number;
  }

  /** True when the entry was new. */
  #add(key: number, amount: number): boolean {
    const at = this.#slot(key);
    if (this.#keys[at] === 0) {
      if (this.#used >= this.#capacity * 0.75) return false;
      this.#keys[at] = key;
      this.#counts[at] = amount;
      this.#used++;
      return true;
    }
    this.#counts[at] = (this.#counts[at] as number) + amount;
    return false;
  }
}

function symbolKey(hash: number, symbol: number): number {
  return combine32(hash, symbol + 1) || 1;
}

function totalKey(hash: number): number {
  return mix32(hash, 0x70) || 1;
}

function typesKey(hash: number): number {
  return mix32(hash, 0x71) || 1;
}
