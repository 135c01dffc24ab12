import { assert } from "../assert.ts";

const indexable = 1e-9;

/**
 * Quantiles of non-negative values within a relative error (DDSketch: Masson, Rim, Lee, VLDB 2019) in a fixed
 * typed array. A quantile read is within `relativeError` of a true sample value, except that values below the
 * smallest bucket collapse into it (the paper's collapsing variant) and values above the range clamp to its top.
 * With 2 % and 512 buckets the range spans more than eight orders of magnitude.
 */
export class QuantileSketch {
  readonly relativeError: number;
  readonly #gamma: number;
  readonly #logGamma: number;
  readonly #lowest: number;
  readonly #buckets: Float64Array;
  #zeros = 0;
  #total = 0;

  /** @param smallest the smallest value told apart from zero; the range is `smallest * gamma^buckets`. */
  constructor(relativeError: number, smallest: number, buckets = 512) {
    assert(relativeError > 0 && relativeError < 0.5, `relative error must be in (0, 0.5), found ${relativeError}`);
    assert(smallest >= indexable, `smallest value must be at least ${indexable}, found ${smallest}`);
    assert(buckets >= 8 && buckets <= 4096, `buckets must be 8-4096, found ${buckets}`);
    this.relativeError = relativeError;
    this.#gamma = (1 + relativeError) / (1 - relativeError);
    this.#logGamma = Math.log(this.#gamma);
    this.#lowest = Math.ceil(Math.log(smallest) / this.#logGamma);
    this.#buckets = new Float64Array(buckets);
  }

  get total(): number {
    return this.#total;
  }

  /** Adds a value; NaN and negative values count as zero. */
  add(value: number, weight = 1): void {
    this.#total += weight;
    if (!(value > indexable)) {
      this.#zeros += weight;
      return;
    }
    const index = Math.ceil(Math.log(value) / this.#logGamma) - this.#lowest;
    const slot = Math.max(0, Math.min(this.#buckets.length - 1, index));
    this.#buckets[slot] = (this.#buckets[slot] as number) + weight;
  }

  /** The q-quantile, 0 ≤ q ≤ 1; 0 for an empty sketch. */
  quantile(q: number): number {
    const rank = Math.max(0, Math.min(1, q)) * (this.#total - 1);
    if (this.#total <= 0 || rank < this.#zeros) return 0;
    let seen = this.#zeros;
    for (let i = 0; i < this.#buckets.length; i++) {
      seen += this.#buckets[i] as number;
      if (seen > rank) return this.#middle(i);
    }
    return this.#middle(this.#buckets.length - 1);
  }

  /** Share of the weight at or below `value`, within one bucket; 0 for an empty sketch. */
  rank(value: number): number {
    if (this.#total <= 0) return 0;
    let seen = this.#zeros;
    if (value > indexable) {
      const last = Math.ceil(Math.log(value) / this.#logGamma) - this.#lowest;
      for (let i = 0; i <= Math.min(last, this.#buckets.length - 1); i++) seen += this.#buckets[i] as number;
    }
    return seen / this.#total;
  }

  /** Multiplies all weight by `factor` in [0, 1]: forgetting. */
  decay(factor: number): void {
    for (let i = 0; i < this.#buckets.length; i++) this.#buckets[i] = (this.#buckets[i] as number) * factor;
    this.#zeros *= factor;
    this.#total *= factor;
  }

  merge(other: QuantileSketch): void {
    const same =
      other.#lowest === this.#lowest && other.#gamma === this.#gamma && other.#buckets.length === this.#buckets.length;
    assert(same, "quantile sketch: only sketches of one shape merge");
    for (let i = 0; i < this.#buckets.length; i++) {
      this.#buckets[i] = (this.#buckets[i] as number) + (other.#buckets[i] as number);
    }
    this.#zeros += other.#zeros;
    this.#total += other.#total;
  }

  #middle(index: number): number {
    return (2 * this.#gamma ** (index + this.#lowest)) / (this.#gamma + 1);
  }
}
