import { assert } from "#core";

/** One scored and later labelled case: a margin in log-odds (or any score) and whether it was positive. */
export interface Labelled {
  readonly score: number;
  readonly positive: boolean;
}

/** A non-decreasing step function from score to probability, with straight lines between its knots. */
export interface Calibrator {
  readonly scores: Float64Array;
  readonly probabilities: Float64Array;
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955): the best non-decreasing fit, no shape
 * assumed. Give it a few hundred cases at least; with fewer use `fitBetaCalibration`.
 */
export function fitIsotonic(cases: readonly Labelled[]): Calibrator {
  assert(cases.length > 0, "isotonic calibration needs at least one case");
  const sorted = cases.toSorted((a, b) => a.score - b.score);
  const blocks: { from: number; to: number; weight: number; positives: number }[] = [];
  for (const { score, positive } of sorted) {
    blocks.push({ from: score, to: score, weight: 1, positives: positive ? 1 : 0 });
    while (blocks.length > 1) {
      const last = blocks[blocks.length - 1];
      const before = blocks[blocks.length - 2];
      if (last === undefined || before === undefined) break;
      const tied = before.to === last.from;
      if (!tied && before.positives / before.weight <= last.positives / last.weight) break;
      blocks.length -= 2;
      blocks.push({
        from: before.from,
        to: last.to,
        weight: before.weight + last.weight,
        positives: before.positives + last.positives,
      });
    }
  }
  const scores: number[] = [];
  const probabilities: number[] = [];
  for (const { from, to, weight, positives } of blocks) {
    scores.push(from);
    probabilities.push(positives / weight);
    if (to > from) {
      scores.push(to);
      probabilities.push(positives / weight);
    }
  }
  return { scores: Float64Array.from(scores), probabilities: Float64Array.from(probabilities) };
}

/** Reads a calibrated probability; beyond the knots the ends hold. */
export function calibrate({ scores, probabilities }: Calibrator, score: number): number {
  const last = scores.length - 1;
  if (score <= (scores[0] as number)) return probabilities[0] as number;
  if (score >= (scores[last] as number)) return probabilities[last] as number;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((scores[middle] as number) <= score) low = middle;
    else high = middle;
  }
  const from = scores[low] as number;
  const share = (score - from) / ((scores[high] as number) - from);
  return (probabilities[low] as number) * (1 - share) + (probabilities[high] as number) * share;
}

/** p' = sigmoid(a ln p - b ln(1 - p) + c). */
export interface BetaCalibration {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/**
 * Beta calibration (Kull, Silva Filho, Flach 2017) of probabilities: three parameters by Newton's method on the
 * log loss with a small ridge, a and b kept non-negative so that order never turns over. `score` is in (0, 1).
 */
export function fitBetaCalibration(cases: readonly Labelled[], rounds = 50): BetaCalibration {
  let [a, b, c] = [1, 1, 0];
  for (let round = 0; round < rounds; round++) {
    const gradient = [1e-3 * (a - 1), 1e-3 * (b - 1), 1e-3 * c];
    const hessian = [
      [1e-3, 0, 0],
      [0, 1e-3, 0],
      [0, 0, 1e-3],
    ];
    for (const { score, positive } of cases) {
      const x = betaFeatures(score);
      const p = sigmoid(a * (x[0] as number) + b * (x[1] as number) + c);
      const error = p - (positive ? 1 : 0);
      const weight = Math.max(1e-9, p * (1 - p));
      for (let i = 0; i < 3; i++) {
        gradient[i] = (gradient[i] as number) + error * (x[i] as number);
        const line = hessian[i] as number[];
        for (let j = 0; j < 3; j++) line[j] = (line[j] as number) + weight * (x[i] as number) * (x[j] as number);
      }
    }
    const step = solve3(hessian, gradient);
    a = Math.max(0, a - (step[0] as number));
    b = Math.max(0, b - (step[1] as number));
    c -= step[2] as number;
    if (step.every((value) => Math.abs(value) < 1e-9)) break;
  }
  return { a, b, c };
}

export function applyBetaCalibration({ a, b, c }: BetaCalibration, probability: number): number {
  const [left, right] = betaFeatures(probability);
  return sigmoid(a * (left as number) + b * (right as number) + c);
}

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  readonly predicted: number;
  readonly observed: number;
  readonly count: number;
}

/** Reliability by bins of equal count, and the expected calibration error: the weighted mean gap between them. */
export function reliability(
  cases: readonly Labelled[],
  binCount = 15,
): { readonly bins: readonly ReliabilityBin[]; readonly error: number } {
  const sorted = cases.toSorted((a, b) => a.score - b.score);
  const bins: ReliabilityBin[] = [];
  let error = 0;
  for (let bin = 0; bin < binCount; bin++) {
    const part = sorted.slice(
      Math.floor((bin * sorted.length) / binCount),
      Math.floor(((bin + 1) * sorted.length) / binCount),
    );
    if (part.length === 0) continue;
    const predicted = part.reduce((sum, { score }) => sum + score, 0) / part.length;
    const observed = part.filter(({ positive }) => positive).length / part.length;
    bins.push({ predicted, observed, count: part.length });
    error += (Math.abs(predicted - observed) * part.length) / sorted.length;
  }
  return { bins, error };
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

function betaFeatures(probability: number): readonly number[] {
  const p = Math.min(1 - 1e-9, Math.max(1e-9, probability));
  return [Math.log(p), -Math.log1p(-p), 1];
}

/** Solves a symmetric positive definite 3x3 system by elimination. */
function solve3(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((line, i) => [...line, right[i] as number]);
  for (let i = 0; i < 3; i++) {
    const pivotRow = rows[i] as number[];
    for (let j = i + 1; j < 3; j++) {
      const row = rows[j] as number[];
      const factor = (row[i] as number) / (pivotRow[i] as number);
      for (let k = i; k < 4; k++) row[k] = (row[k] as number) - factor * (pivotRow[k] as number);
    }
  }
  const x = [0, 0, 0];
  for (let i = 2; i >= 0; i--) {
    const row = rows[i] as number[];
    let sum = row[3] as number;
    for (let k = i + 1; k < 3; k++) sum -= (row[k] as number) * (x[k] as number);
    x[i] = sum / (row[i] as number);
  }
  return x;
}
