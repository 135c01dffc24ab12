import { createRandom } from "#core";

/** One observation: numbers by name, the same names in both samples. */
export type Observation = Readonly<Record<string, number>>;

/** Whether two samples can be told apart, and by what. */
export interface TwoSampleResult {
  /** Area under the curve on the half that was not learned from: 0.5 is chance. */
  readonly auc: number;
  /** What told most, in order. */
  readonly by: readonly string[];
}

/** The classifier gave up at this: what an attacker could tell from chance. */
export const aucMaxDefault = 0.55;

const rounds = 50;
const rate = 0.2;
const cutsPerFeature = 24;

interface Stump {
  readonly feature: string;
  readonly cut: number;
  readonly below: number;
  readonly above: number;
}

/**
 * Classifier two-sample test (Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", 2017): learns to tell the
 * samples apart on one half and is judged on the other. Boosted stumps for logistic loss, so that a single odd header, a
 * pause or a length is found as well as their sum. Both samples are shuffled with `seed`.
 */
export function tellApart(
  first: readonly Observation[],
  second: readonly Observation[],
  seed: number,
): TwoSampleResult {
  const random = createRandom(seed);
  const rows = shuffled(
    [...first.map((row) => ({ row, label: 0 })), ...second.map((row) => ({ row, label: 1 }))],
    random,
  );
  const half = Math.floor(rows.length / 2);
  const stumps = boost(rows.slice(0, half));
  const scored = rows.slice(half).map(({ row, label }) => ({ label, score: scoreOf(stumps, row) }));
  const weight = new Map<string, number>();
  for (const { feature, below, above } of stumps)
    weight.set(feature, (weight.get(feature) ?? 0) + Math.abs(above - below));
  return { auc: aucOf(scored), by: [...weight].sort((a, b) => b[1] - a[1]).map(([name]) => name) };
}

interface Row {
  readonly row: Observation;
  readonly label: number;
}

function boost(rows: readonly Row[]): readonly Stump[] {
  const features = Object.keys(rows[0]?.row ?? {});
  const cuts = new Map(features.map((name) => [name, cutsOf(rows.map(({ row }) => row[name] ?? 0))]));
  const scores = new Float64Array(rows.length);
  const stumps: Stump[] = [];
  for (let round = 0; round < rounds; round++) {
    const residuals = rows.map(({ label }, i) => label - 1 / (1 + Math.exp(-(scores[i] ?? 0))));
    const best = bestStump(rows, residuals, cuts);
    if (best === undefined) break;
    stumps.push(best);
    for (const [i, { row }] of rows.entries()) scores[i] = (scores[i] ?? 0) + stepOf(best, row);
  }
  return stumps;
}

function bestStump(
  rows: readonly Row[],
  residuals: readonly number[],
  cuts: ReadonlyMap<string, readonly number[]>,
): Stump | undefined {
  let best: (Stump & { readonly gain: number }) | undefined;
  for (const [feature, list] of cuts) {
    for (const cut of list) {
      let below = 0;
      let belowCount = 0;
      let above = 0;
      let aboveCount = 0;
      for (const [i, { row }] of rows.entries()) {
        const residual = residuals[i] ?? 0;
        if ((row[feature] ?? 0) < cut) {
          below += residual;
          belowCount++;
        } else {
          above += residual;
          aboveCount++;
        }
      }
      if (belowCount === 0 || aboveCount === 0) continue;
      const gain = below ** 2 / belowCount + above ** 2 / aboveCount;
      if (best !== undefined && gain <= best.gain) continue;
      // Four is the inverse of the logistic loss's largest curvature: a Newton step, then the learning rate.
      best = { feature, cut, gain, below: (4 * rate * below) / belowCount, above: (4 * rate * above) / aboveCount };
    }
  }
  return best;
}

function cutsOf(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const cuts = new Set<number>();
  for (let i = 1; i <= cutsPerFeature; i++)
    cuts.add(sorted[Math.floor((i * sorted.length) / (cutsPerFeature + 1))] ?? 0);
  // A value that hardly anybody has is no quantile and tells the most.
  for (const rare of [...new Set(values)].slice(0, 8)) cuts.add(rare);
  return [...cuts];
}

function stepOf({ feature, cut, below, above }: Stump, row: Observation): number {
  return (row[feature] ?? 0) < cut ? below : above;
}

function scoreOf(stumps: readonly Stump[], row: Observation): number {
  return stumps.reduce((sum, stump) => sum + stepOf(stump, row), 0);
}

/** Mann and Whitney: the share of pairs in the right order, ties counted half. */
function aucOf(scored: readonly { readonly label: number; readonly score: number }[]): number {
  const sorted = scored.toSorted((a, b) => a.score - b.score);
  let rankSum = 0;
  let ones = 0;
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (end < sorted.length && sorted[end]?.score === sorted[i]?.score) end++;
    const rank = (i + end + 1) / 2;
    for (; i < end; i++) {
      if (sorted[i]?.label !== 1) continue;
      rankSum += rank;
      ones++;
    }
  }
  const zeros = sorted.length - ones;
  return ones === 0 || zeros === 0 ? 0.5 : (rankSum - (ones * (ones + 1)) / 2) / (ones * zeros);
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = copy[i] as T;
    copy[i] = copy[j] as T;
    copy[j] = held;
  }
  return copy;
}
