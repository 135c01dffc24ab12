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
  /** Plain numbers: there are two hundred thousand of these, and a typed array each would cost five times as much. */
  readonly #counts: number[];
  #total = 0;
  #logUniversal = 0;
  #logKnown = 0;

  constructor(bins: number) {
    this.#counts = new Array<number>(bins).fill(0);
  }

  /** Observations by bin. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  /** Observations so far. */
  get total(): number {
    return this.#total;
  }

  /** ln E. With a law of known automation in use, the even mixture of both processes. */
  logEvidence(mixed: boolean): number {
    if (!mixed) return this.#logUniversal;
    const top = Math.max(this.#logUniversal, this.#logKnown);
    return top + Math.log(0.5 * (Math.exp(this.#logUniversal - top) + Math.exp(this.#logKnown - top)));
  }

  /** One observation. `honestTotal` and `knownTotal` are the sums of the laws, precomputed. O(1). */
  observe(bin: number, laws: AxisLaws): void {
    const counts = this.#counts;
    const count = counts[bin] as number;
    const n = this.#total;
    const honest = ((laws.honest[bin] as number) + count) / (laws.honestTotal + n);
    const logHonest = Math.log(honest);
    this.#logUniversal += Math.log((count + 0.5) / (n + 0.5 * counts.length)) - logHonest;
    if (laws.automated !== undefined) {
      const known = ((laws.automated[bin] as number) + count) / (laws.automatedTotal + n);
      this.#logKnown += Math.log(known) - logHonest;
    }
    counts[bin] = count + 1;
    this.#total = n + 1;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#total = 0;
    this.#logUniversal = 0;
    this.#logKnown = 0;
  }
}

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
 * ln of the average of e-values given as logarithms. Valid under any dependence between them.
 */
export function averageEvidence(logs: readonly number[]): number {
  if (logs.length === 0) return 0;
  const top = Math.max(...logs);
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - top);
  return top + Math.log(sum / logs.length);
}

/**
 * ln of Π (1 + E_i) / 2: a product over axes that are independent in honest cohorts, in which each axis may sit
 * out at the price of ln 2. Without the 1, every silent axis would drag the product down by its cost of learning.
 */
export function productEvidence(logs: readonly number[]): number {
  let sum = 0;
  for (const log of logs) sum += log > 30 ? log - Math.LN2 : Math.log1p(Math.exp(log)) - Math.LN2;
  return sum;
}
