import type { Millis } from "#core";

/** Structure is forgotten by half in three days, so that yesterday's site outweighs last week's. */
export const structureHalfLifeMs: Millis = 3 * 24 * 3600_000;

/** What is left of a count after `elapsedMs`. */
export function decayFactor(elapsedMs: Millis): number {
  return elapsedMs <= 0 ? 1 : 2 ** (-elapsedMs / structureHalfLifeMs);
}
