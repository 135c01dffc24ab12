import { digamma, logGamma } from "./gamma.ts";

/** A Dirichlet law: pseudo-counts per bin. Their sum, the concentration, says how alike honest cohorts are. */
export type Dirichlet = Float64Array;

export function concentration(alpha: Dirichlet): number {
  let sum = 0;
  for (const value of alpha) sum += value;
  return sum;
}

/** ln of the Dirichlet-multinomial probability of `counts` in one given order (without the multinomial coefficient). */
export function logDirichletMultinomial(counts: ArrayLike<number>, alpha: Dirichlet): number {
  let n = 0;
  let sum = 0;
  for (let k = 0; k < alpha.length; k++) {
    const count = counts[k] as number;
    n += count;
    if (count > 0) sum += logGamma((alpha[k] as number) + count) - logGamma(alpha[k] as number);
  }
  const a = concentration(alpha);
  return sum + logGamma(a) - logGamma(a + n);
}

export interface DirichletFitOptions {
  /** Pseudo-cohorts of the prior mean mixed into the mean, so that no bin is impossible. Default 1. */
  readonly priorCohorts?: number;
  readonly prior?: Dirichlet;
  /** Bounds of the concentration. Defaults 2 and 2000: nobody is ever called perfectly uniform. */
  readonly least?: number;
  readonly most?: number;
}

/**
 * Fits a Dirichlet to the histograms of honest cohorts by the method of moments: the mean shares, and the
 * concentration from how much more the cohorts' shares vary than multinomial sampling would make them. Cohorts of
 * different sizes are weighted by the classical over-dispersion estimator (Brier 1980): φ = X² / df and
 * A = (n̄ - φ) / (φ - 1). Small cohorts under-inform, so `most` bounds the answer.
 */
export function fitDirichlet(cohorts: readonly ArrayLike<number>[], options: DirichletFitOptions = {}): Dirichlet {
  const bins = cohorts[0]?.length ?? options.prior?.length ?? 0;
  const mean = meanShares(cohorts, bins, options);
  let squares = 0;
  let degrees = 0;
  let pairs = 0;
  let total = 0;
  for (const counts of cohorts) {
    let n = 0;
    for (let k = 0; k < bins; k++) n += counts[k] as number;
    if (n < 2) continue;
    for (let k = 0; k < bins; k++) {
      const expected = n * (mean[k] as number);
      squares += ((counts[k] as number) - expected) ** 2 / expected;
    }
    degrees += bins - 1;
    total += n;
    pairs++;
  }
  const least = options.least ?? 2;
  const most = options.most ?? 2_000;
  if (pairs < 2 || degrees === 0) return scaled(mean, least);
  const phi = squares / degrees;
  const size = total / pairs;
  const a = phi <= 1 ? most : (size - phi) / (phi - 1);
  return scaled(mean, Math.min(most, Math.max(least, a)));
}

function meanShares(cohorts: readonly ArrayLike<number>[], bins: number, options: DirichletFitOptions): Float64Array {
  const mean = new Float64Array(bins);
  const weight = options.priorCohorts ?? 1;
  const priorSum = options.prior === undefined ? bins : concentration(options.prior);
  for (let k = 0; k < bins; k++) mean[k] = (weight * (options.prior?.[k] ?? 1)) / priorSum;
  let votes = weight;
  for (const counts of cohorts) {
    let n = 0;
    for (let k = 0; k < bins; k++) n += counts[k] as number;
    if (n === 0) continue;
    votes++;
    for (let k = 0; k < bins; k++) mean[k] = (mean[k] as number) + (counts[k] as number) / n;
  }
  for (let k = 0; k < bins; k++) mean[k] = (mean[k] as number) / votes;
  return mean;
}

function scaled(mean: Float64Array, a: number): Dirichlet {
  return mean.map((share) => share * a);
}

/**
 * Maximum likelihood concentration with the mean held fixed (Minka 2000, section 3, as a bounded search on ln A):
 * slower and sharper than moments; for audits and benches.
 */
export function fitConcentration(cohorts: readonly ArrayLike<number>[], mean: Float64Array): number {
  let low = Math.log(0.5);
  let high = Math.log(1e5);
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (slope(cohorts, mean, Math.exp(middle)) > 0) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

function slope(cohorts: readonly ArrayLike<number>[], mean: Float64Array, a: number): number {
  let sum = 0;
  for (const counts of cohorts) {
    let n = 0;
    for (let k = 0; k < mean.length; k++) {
      const count = counts[k] as number;
      n += count;
      const share = mean[k] as number;
      if (count > 0) sum += share * (digamma(share * a + count) - digamma(share * a));
    }
    sum += digamma(a) - digamma(a + n);
  }
  return sum;
}
