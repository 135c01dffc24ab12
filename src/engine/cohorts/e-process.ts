import type { Dirichlet } from "../statistics/index.ts";

/**
 * Evidence that one cohort's behaviour on one axis is not that of honest cohorts: a test martingale over bins.
 *
 * After each observation in bin k the evidence is multiplied by numerator / denominator, where
 * - the denominator is the hierarchical null's prediction `(alpha_k + c_k) / (A + n)`: honest cohorts differ among
 *   themselves, and alpha says how much (a plain independent null convicts one honest cohort in three at A = 30);
 * - the numerator needs no model of the bot: the Krichevsky-Trofimov prediction `(c_k + 1/2) / (n + K/2)`, mixed
 *   half and half with a law of known automation where one is given.
 *
 * Both sides are proper predictions, so under the null the expected evidence never grows, and by Ville's
 * inequality P(it ever reaches 1/a) ≤ a, however often one looks.
 *
 * Evaded by cohorts too small to judge, and by drawing every axis from the honest law, which for most axes is the
 * work of being honest.
 */
export class EProcess {
  /** Total, both logarithms of evidence, then observations by bin. */
  readonly #values: Float64Array;
  readonly #at: number;
  /** Bins of its axis. */
  readonly bins: number;

  /**
   * @param values Where it keeps its numbers, from `at` on: processes of one cohort lie side by side, because a report moves all of
   * them and what lies in many places costs a miss each. Zeros.
   */
  constructor(bins: number, values: Float64Array = new Float64Array(EProcess.width(bins)), at = 0) {
    this.#values = values;
    this.#at = at;
    this.bins = bins;
  }

  /** How many numbers a process keeps. */
  static width(bins: number): number {
    return place.counts + bins;
  }

  /** Where a process that begins at `at` counts a bin. */
  static placeOf(bin: number, at = 0): number {
    return at + place.counts + bin;
  }

  /** Observations in a bin. */
  count(bin: number): number {
    return this.#values[this.#at + place.counts + bin] as number;
  }

  /** Observations by bin. A copy. */
  get counts(): readonly number[] {
    return Array.from({ length: this.bins }, (_, bin) => this.count(bin));
  }

  /** Observations so far. */
  get total(): number {
    return this.#values[this.#at] as number;
  }

  /** ln E. With a law of known automation in use, the even mixture of both processes. */
  logEvidence(mixed: boolean): number {
    const universal = this.#values[this.#at + place.universal] as number;
    if (!mixed) return universal;
    const known = this.#values[this.#at + place.known] as number;
    const top = Math.max(universal, known);
    return top + Math.log(0.5 * (Math.exp(universal - top) + Math.exp(known - top)));
  }

  /** One observation. `honestTotal` and `knownTotal` are the sums of the laws, precomputed. O(1). */
  observe(bin: number, laws: AxisLaws): void {
    const values = this.#values;
    const at = this.#at;
    const count = values[at + place.counts + bin] as number;
    const n = values[at] as number;
    const honest = ((laws.honest[bin] as number) + count) / (laws.honestTotal + n);
    const logHonest = Math.log(honest);
    const universal = Math.log((count + 0.5) / (n + 0.5 * this.bins)) - logHonest;
    values[at + place.universal] = (values[at + place.universal] as number) + universal;
    if (laws.automated !== undefined) {
      const known = ((laws.automated[bin] as number) + count) / (laws.automatedTotal + n);
      values[at + place.known] = (values[at + place.known] as number) + (Math.log(known) - logHonest);
    }
    values[at + place.counts + bin] = count + 1;
    values[at] = n + 1;
  }

  reset(): void {
    this.#values.fill(0, this.#at, this.#at + EProcess.width(this.bins));
  }
}

const place = { universal: 1, known: 2, counts: 3 } as const;

/** What honest cohorts do on an axis and, where known, what automation does. Immutable; swapped as a whole. */
export interface AxisLaws {
  readonly honest: Dirichlet;
  readonly honestTotal: number;
  readonly automated: Dirichlet | undefined;
  readonly automatedTotal: number;
}

/** Laws from Dirichlet pseudo-counts, with their sums. */
export function axisLaws(honest: Dirichlet, automated?: Dirichlet): AxisLaws {
  const sum = (law: Dirichlet | undefined): number => law?.reduce((total, value) => total + value, 0) ?? 0;
  return { honest, honestTotal: sum(honest), automated, automatedTotal: sum(automated) };
}

/**
 * ln of the average of e-values given as logarithms, the first `count` of them. Valid under any dependence between them.
 */
export function averageEvidence(logs: readonly number[], count: number = logs.length): number {
  if (count === 0) return 0;
  if (count === 1) return logs[0] as number;
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) top = Math.max(top, logs[i] as number);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp((logs[i] as number) - top);
  return top + Math.log(sum / count);
}

/**
 * ln of Π (1 + E_i) / 2: a product over axes that are independent in honest cohorts, in which each axis may sit
 * out at the price of ln 2. Without the 1, every silent axis would drag the product down by its cost of learning.
 */
export function productEvidence(logs: readonly number[]): number {
  let sum = 0;
  for (const log of logs) sum += orSilent(log);
  return sum;
}

/** ln of (1 + E) / 2 of one factor of that product. */
export function orSilent(log: number): number {
  return log > 30 ? log - Math.LN2 : Math.log1p(Math.exp(log)) - Math.LN2;
}
