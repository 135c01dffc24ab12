import { assert } from "../assert.ts";
import { mix32 } from "./mix.ts";

/**
 * Whether a value was added (Bloom 1970; double hashing after Kirsch and Mitzenmacher 2006). Never forgets; says
 * "yes" wrongly with probability ≈ (1 - exp(-hashes * values / bits))^hashes: 1 % at 9.6 bits and 7 hashes a value.
 */
export class Bloom {
  readonly bits: number;
  readonly hashes: number;
  readonly words: Uint32Array;

  /** @param bits a power of two ≥ 32. @param words somebody's slab of `bits / 32` words, or absent for own memory. */
  constructor(bits: number, hashes: number, words: Uint32Array = new Uint32Array(bits >>> 5)) {
    assert(bits >= 32 && (bits & (bits - 1)) === 0, `Bloom bits must be a power of two from 32, found ${bits}`);
    assert(hashes >= 1 && hashes <= 16, `Bloom hashes must be 1-16, found ${hashes}`);
    assert(words.length === bits >>> 5, `Bloom needs ${bits >>> 5} words, got ${words.length}`);
    this.bits = bits;
    this.hashes = hashes;
    this.words = words;
  }

  /** Adds a hash or id. False when it was (or seemed to be) there already. */
  add(value: number): boolean {
    let a = mix32(value, 0xb1);
    const b = mix32(value, 0xb2) | 1;
    const mask = this.bits - 1;
    let fresh = false;
    for (let i = 0; i < this.hashes; i++) {
      const bit = a & mask;
      const flag = 1 << (bit & 31);
      const word = this.words[bit >>> 5] as number;
      if ((word & flag) === 0) {
        this.words[bit >>> 5] = word | flag;
        fresh = true;
      }
      a = (a + b) >>> 0;
    }
    return fresh;
  }

  has(value: number): boolean {
    let a = mix32(value, 0xb1);
    const b = mix32(value, 0xb2) | 1;
    const mask = this.bits - 1;
    for (let i = 0; i < this.hashes; i++) {
      const bit = a & mask;
      if (((this.words[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
      a = (a + b) >>> 0;
    }
    return true;
  }

  /** Takes in everything `other` saw. */
  merge(other: Bloom): void {
    assert(other.bits === this.bits && other.hashes === this.hashes, "Bloom: only filters of one shape merge");
    for (let i = 0; i < this.words.length; i++) {
      this.words[i] = (this.words[i] as number) | (other.words[i] as number);
    }
  }

  clear(): void {
    this.words.fill(0);
  }
}

/** Probability that a filter holding `values` wrongly says yes. */
export function bloomFalsePositiveRate(bits: number, hashes: number, values: number): number {
  return (1 - Math.exp((-hashes * values) / bits)) ** hashes;
}
