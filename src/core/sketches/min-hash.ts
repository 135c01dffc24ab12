import { assert } from "../assert.ts";
import { combine32, mix32 } from "./mix.ts";

const empty = 0xffffffff;

/**
 * One-permutation MinHash (Li, Owen, Zhang 2012): a signature of a set in `bins` words, one hash per element.
 * `similarity` estimates the Jaccard index without bias; standard error ≈ sqrt(J (1 - J) / bins): 0.09 at most
 * with 32 bins. Bins are a power of two, 4-256.
 */
export class MinHash {
  readonly bins: Uint32Array;
  readonly #shift: number;

  constructor(bins: number, memory: Uint32Array = new Uint32Array(bins)) {
    assert(bins >= 4 && bins <= 256 && (bins & (bins - 1)) === 0, `MinHash bins must be 4-256, 2^n, found ${bins}`);
    assert(memory.length === bins, `MinHash needs ${bins} words, got ${memory.length}`);
    this.bins = memory.fill(empty);
    this.#shift = Math.clz32(bins) + 1;
  }

  add(value: number): void {
    const hash = mix32(value, 0x33);
    const bin = hash >>> this.#shift;
    const rest = mix32(hash, 0x34);
    if (rest < (this.bins[bin] as number)) this.bins[bin] = rest;
  }

  /** Takes in everything `other` saw. */
  merge(other: MinHash): void {
    assert(other.bins.length === this.bins.length, "MinHash: only signatures of one size merge");
    for (let i = 0; i < this.bins.length; i++) {
      const theirs = other.bins[i] as number;
      if (theirs < (this.bins[i] as number)) this.bins[i] = theirs;
    }
  }

  clear(): void {
    this.bins.fill(empty);
  }
}

/** Estimated Jaccard index of two sets, 0 when both are empty (nothing says that they are alike). */
export function minHashSimilarity(a: Uint32Array, b: Uint32Array): number {
  assert(a.length === b.length, "MinHash: only signatures of one size compare");
  let same = 0;
  let filled = 0;
  for (let i = 0; i < a.length; i++) {
    const left = a[i] as number;
    const right = b[i] as number;
    if (left === empty && right === empty) continue;
    filled++;
    if (left === right) same++;
  }
  return filled === 0 ? 0 : same / filled;
}

/**
 * Locality-sensitive keys of a signature, one per band of `rows` bins. Two sets of similarity s share a given
 * band with probability ≈ s^rows. Empty bins borrow from the next filled one (rotation densification,
 * Shrivastava and Li 2014). Returns no keys for an empty set.
 */
export function minHashBands(signature: Uint32Array, rows: number): number[] {
  const filled = densify(signature);
  if (filled === undefined) return [];
  const keys: number[] = [];
  for (let start = 0; start + rows <= filled.length; start += rows) {
    let key = mix32(start, 0x77);
    for (let row = 0; row < rows; row++) key = combine32(key, filled[start + row] as number);
    keys.push(key);
  }
  return keys;
}

function densify(signature: Uint32Array): Uint32Array | undefined {
  const filled = Uint32Array.from(signature);
  for (let i = 0; i < filled.length; i++) {
    if (signature[i] !== empty) continue;
    let distance = 1;
    while (distance < filled.length && signature[(i + distance) % filled.length] === empty) distance++;
    if (distance === filled.length) return undefined;
    filled[i] = ((signature[(i + distance) % filled.length] as number) + Math.imul(distance, 0x9e3779b1)) >>> 0;
  }
  return filled;
}
