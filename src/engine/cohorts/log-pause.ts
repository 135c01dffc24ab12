import type { Millis } from "#core";

/** Steps of one natural logarithm, so that a pause fits a byte. */
export const stepsPerNat = 16;

/** A pause as a whole number, 0-127: sixteen times the natural logarithm of its seconds, at least one second, at most 47 minutes. */
export function logPause(pauseMs: Millis): number {
  return Math.min(127, Math.max(0, Math.round(stepsPerNat * Math.log(pauseMs / 1_000))));
}
