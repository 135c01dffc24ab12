import { assert } from "#core";
import { logBeta, logChoose } from "./gamma.ts";

/** One class of clients in a mixture: its share and the Beta law of its propensity to violate. */
export interface BetaComponent {
  readonly weight: number;
  readonly a: number;
  readonly b: number;
}

/** ln of the beta-binomial mixture probability of `hits` in `trials`, without the binomial coefficient when comparing. */
export function logBetaBinomial(hits: number, trials: number, components: readonly BetaComponent[]): number {
  let best = Number.NEGATIVE_INFINITY;
  const terms = components.map(({ weight, a, b }) => {
    const term = Math.log(weight) + logBeta(a + hits, b + trials - hits) - logBeta(a, b);
    if (term > best) best = term;
    return term;
  });
  let sum = 0;
  for (const term of terms) sum += Math.exp(term - best);
  return logChoose(trials, hits) + best + Math.log(sum);
}

/** Evidence in nats that `hits` violations in `trials` opportunities come from a bot: a read-only table. */
export interface EvidenceTable {
  readonly trialsMax: number;
  /** Nats for `hits` of `trials`; beyond `trialsMax` both are scaled down in proportion. */
  nats(hits: number, trials: number): number;
}

export interface EvidenceLaws {
  /** How honest clients behave, a class for every persona, weights summing to 1. */
  readonly honest: readonly BetaComponent[];
  /** How bots behave; weight on a flat Beta(1/2, 1/2) covers bots nobody has seen. */
  readonly automated: readonly BetaComponent[];
  readonly trialsMax?: number;
}

/**
 * ln H1 - ln H0 for every (hits, trials) up to `trialsMax` (default 64) as one triangular float32 table: 8 kB.
 * A valid e-process when the honest law is right, because both sides are probabilities. It saturates near
 * -ln(weight of the persona that would explain the pattern): repeating the same oddity adds nothing for ever.
 */
export function createEvidenceTable(laws: EvidenceLaws): EvidenceTable {
  const trialsMax = laws.trialsMax ?? 64;
  assert(trialsMax >= 1 && trialsMax <= 1024, `evidence table trials must be 1-1024, found ${trialsMax}`);
  checkWeights(laws.honest, "honest");
  checkWeights(laws.automated, "automated");
  const table = new Float32Array(((trialsMax + 1) * (trialsMax + 2)) / 2);
  for (let trials = 1; trials <= trialsMax; trials++) {
    for (let hits = 0; hits <= trials; hits++) {
      const honest = logBetaBinomial(hits, trials, laws.honest);
      table[row(trials) + hits] = logBetaBinomial(hits, trials, laws.automated) - honest;
    }
  }
  return {
    trialsMax,
    nats(hits: number, trials: number): number {
      if (trials <= trialsMax) return table[row(trials) + Math.min(hits, trials)] as number;
      const scaled = Math.min(trialsMax, Math.round((hits * trialsMax) / trials));
      return table[row(trialsMax) + scaled] as number;
    },
  };
}

function row(trials: number): number {
  return (trials * (trials + 1)) >> 1;
}

function checkWeights(components: readonly BetaComponent[], name: string): void {
  const sum = components.reduce((total, { weight }) => total + weight, 0);
  assert(Math.abs(sum - 1) < 1e-6, `weights of the ${name} law must sum to 1, found ${sum}`);
}

/**
 * Refits the weights of a beta mixture by expectation-maximisation, the Beta laws of the classes held fixed (they
 * are semantic: "refuses cookies", "normal"). Each observation is one anchored client: hits of trials.
 */
export function fitBetaWeights(
  observations: readonly (readonly [hits: number, trials: number])[],
  start: readonly BetaComponent[],
  options: { readonly rounds?: number; readonly priorObservations?: number } = {},
): BetaComponent[] {
  const rounds = options.rounds ?? 50;
  const priorObservations = options.priorObservations ?? 20;
  const cells = new Map<string, { hits: number; trials: number; count: number }>();
  for (const [hits, trials] of observations) {
    const key = `${hits}/${trials}`;
    const cell = cells.get(key) ?? { hits, trials, count: 0 };
    cell.count++;
    cells.set(key, cell);
  }
  let weights = start.map(({ weight }) => weight);
  for (let round = 0; round < rounds; round++) {
    const sums = start.map(({ weight }) => weight * priorObservations);
    for (const { hits, trials, count } of cells.values()) {
      const logs = start.map(
        ({ a, b }, m) => Math.log(weights[m] as number) + logBeta(a + hits, b + trials - hits) - logBeta(a, b),
      );
      const top = Math.max(...logs);
      const shares = logs.map((log) => Math.exp(log - top));
      const total = shares.reduce((sum, share) => sum + share, 0);
      for (const [m, share] of shares.entries()) sums[m] = (sums[m] as number) + (count * share) / total;
    }
    const all = sums.reduce((sum, value) => sum + value, 0);
    weights = sums.map((value) => value / all);
  }
  return start.map(({ a, b }, m) => ({ weight: weights[m] as number, a, b }));
}
