import { betaQuantile } from "./incomplete-beta.ts";
import { normalQuantile } from "./normal.ts";

/**
 * One-sided upper confidence bound of a proportion, exact (Clopper and Pearson 1934): the true rate is above it
 * with probability at most `1 - confidence`, whatever the rate. 0 of 0 gives 1: nothing seen, nothing known.
 */
export function clopperPearsonUpper(hits: number, trials: number, confidence = 0.95): number {
  if (trials <= 0 || hits >= trials) return 1;
  return betaQuantile(hits + 1, trials - hits, confidence);
}

/** One-sided exact lower confidence bound of a proportion. */
export function clopperPearsonLower(hits: number, trials: number, confidence = 0.95): number {
  if (trials <= 0 || hits <= 0) return 0;
  return betaQuantile(hits, trials - hits + 1, 1 - confidence);
}

/**
 * One-sided Wilson score bound (Wilson 1927): close to the exact one, five operations, good enough for edges of a
 * graph that are refitted hourly. `side` is "lower" or "upper".
 */
export function wilsonBound(side: "lower" | "upper", hits: number, options: WilsonOptions): number {
  const { trials, confidence = 0.95 } = options;
  if (trials <= 0) return side === "lower" ? 0 : 1;
  const z = normalQuantile(confidence);
  const share = hits / trials;
  const z2 = z * z;
  const middle = share + z2 / (2 * trials);
  const spread = z * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  const bound = (side === "lower" ? middle - spread : middle + spread) / (1 + z2 / trials);
  return Math.min(1, Math.max(0, bound));
}

export interface WilsonOptions {
  readonly trials: number;
  /** One-sided, default 0.95. */
  readonly confidence?: number;
}

/**
 * Clean groups (zero exceedances) needed to claim a false-positive rate at `confidence`: the least n with
 * (1 - rate)^n ≤ 1 - confidence. 299 for 1e-2, 2,995 for 1e-3, 29,956 for 1e-4, 299,572 for 1e-5.
 */
export function cleanGroupsNeeded(rate: number, confidence = 0.95): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log1p(-rate));
}
