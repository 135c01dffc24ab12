import { assert } from "../assert.ts";
import { mix32 } from "./mix.ts";

/**
 * How many different values were added, in `2^precision` bytes (Flajolet et al. 2007), read with Ertl's improved
 * raw estimator ("New cardinality estimation algorithms for HyperLogLog sketches", 2017), which needs no bias
 * tables and is right from 0 to about 10^9.
 *
 * Relative standard error ≈ 1.04 / sqrt(registers): 13 % with 64 registers, 1.6 % with 4,096. Adding is
 * idempotent and order-free; the merge of two sketches is the sketch of the union.
 */
export class HyperLogLog {
  readonly registers: Uint8Array;
  readonly #precision: number;

  /** @param registers a slice of somebody's slab, or absent for own memory. Must hold `2^precision` zeroed bytes. */
  constructor(precision: number, registers: Uint8Array = new Uint8Array(1 << precision)) {
    assert(precision >= 4 && precision <= 16, `HyperLogLog precision must be 4-16, found ${precision}`);
    assert(registers.length === 1 << precision, `HyperLogLog needs ${1 << precision} bytes, got ${registers.length}`);
    this.registers = registers;
    this.#precision = precision;
  }

  /** Adds a hash or id. True when the sketch changed, which a new value does with falling probability. */
  add(value: number): boolean {
    const hash = mix32(value, 0x48);
    const index = hash >>> (32 - this.#precision);
    const rest = (hash << this.#precision) >>> 0;
    const rank = Math.min(Math.clz32(rest), 32 - this.#precision) + 1;
    if ((this.registers[index] as number) >= rank) return false;
    this.registers[index] = rank;
    return true;
  }

  /** Estimated number of distinct values. O(registers): read it where a person or a batch asks, not per request. */
  estimate(): number {
    const registers = this.registers;
    const m = registers.length;
    const top = 32 - this.#precision;
    const histogram = new Uint32Array(top + 2);
    for (let i = 0; i < m; i++) {
      const rank = registers[i] as number;
      histogram[rank] = (histogram[rank] as number) + 1;
    }
    let z = m * tau(1 - (histogram[top + 1] as number) / m);
    for (let rank = top; rank >= 1; rank--) z = 0.5 * (z + (histogram[rank] as number));
    z += m * sigma((histogram[0] as number) / m);
    return ((m / (2 * Math.LN2)) * m) / z;
  }

  /** Takes in everything `other` saw. */
  merge(other: HyperLogLog): void {
    assert(other.registers.length === this.registers.length, "HyperLogLog: only sketches of one precision merge");
    for (let i = 0; i < this.registers.length; i++) {
      const theirs = other.registers[i] as number;
      if (theirs > (this.registers[i] as number)) this.registers[i] = theirs;
    }
  }

  clear(): void {
    this.registers.fill(0);
  }
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = share;
  for (let before = -1; before !== z; ) {
    before = z;
    x *= x;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - share;
  for (let before = -1; before !== z; ) {
    before = z;
    x = Math.sqrt(x);
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  }
  return z / 3;
}
