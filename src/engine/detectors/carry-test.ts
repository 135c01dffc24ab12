/** Who is compared with whom in a test of a habit. */
export interface CarryTest {
  /** Share of chances kept by people who have the habit (the site's baseline). */
  readonly mean: number;
  /** Probability that a person never shows the habit here (persona and doubt). */
  readonly absence: number;
}

const chancesMax = 48;
const meanSteps = 20;
const absenceSteps = 24;
/** Between-person spread of a habit: people's own rates follow Beta(mean * concentration, …). Design value. */
const concentration = 4;
/** Automation: mostly never keeps the habit (Beta(.2, 4)), the rest anything (uniform). Design value. */
const neverShare = 0.7;

/**
 * Log-likelihood ratio, in nats, of "automation" against "a person" after `kept` of `chances`. A person is a mixture:
 * most have the habit with their own rate, some (personas, or a site that does not invite it) never show it; so the
 * positive side can never exceed ln(neverShare / absence), however long the session (evidence with a
 * benign cause saturates). Beta-binomial mixtures; chances beyond 48 are scaled to that table.
 */
export function carryNats(kept: number, chances: number, test: CarryTest): number {
  if (chances <= 0) return 0;
  let n = chances;
  let k = Math.min(kept, chances);
  if (n > chancesMax) {
    k = Math.round((k / n) * chancesMax);
    n = chancesMax;
  }
  const meanStep = Math.min(meanSteps - 1, Math.max(1, Math.round(test.mean * meanSteps)));
  // The scale of absence is logarithmic: step i stands for 2^(-i/2), 1 down to 1/3500.
  const absenceStep = Math.min(absenceSteps - 1, Math.max(0, Math.round(-2 * Math.log2(Math.max(1e-9, test.absence)))));
  const place = (((meanStep * absenceSteps + absenceStep) * (chancesMax + 1) + n) * (chancesMax + 1)) | 0;
  const cached = table[place + k] as number;
  if (!Number.isNaN(cached)) return cached;
  const nats = compute(k, n, meanStep / meanSteps, 2 ** (-absenceStep / 2));
  table[place + k] = nats;
  return nats;
}

const table = new Float32Array(meanSteps * absenceSteps * (chancesMax + 1) * (chancesMax + 1)).fill(Number.NaN);

function compute(k: number, n: number, mean: number, absence: number): number {
  const never = betaBinomial(k, n, 0.2, 4);
  const automation = neverShare * never + (1 - neverShare) * betaBinomial(k, n, 1, 1);
  const habitual = betaBinomial(k, n, mean * concentration, (1 - mean) * concentration);
  return Math.log(automation / ((1 - absence) * habitual + absence * never));
}

/** Probability of k kept of n under Beta(a, b) rates. */
function betaBinomial(k: number, n: number, a: number, b: number): number {
  const choose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return Math.exp(choose + logBeta(k + a, n - k + b) - logBeta(a, b));
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Stirling's series after shifting the argument above 8 (Abramowitz and Stegun 6.1.41); error below 1e-10. */
function logGamma(value: number): number {
  let x = value;
  let shift = 0;
  while (x < 8) shift -= Math.log(x++);
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / x;
  return shift + (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
