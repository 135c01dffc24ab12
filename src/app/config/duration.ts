import type { Millis } from "#core";

const unitMs: Readonly<Record<string, Millis>> = Object.freeze({
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
});

/** A span of time as people write it: a whole number and a unit, `30m`, `7d`. */
export const durationPattern: RegExp = /^(\d{1,9})(ms|s|m|h|d|w)$/;

/** `"30m"` → 1,800,000. Returns undefined when `text` is no duration. */
export function parseDuration(text: string): Millis | undefined {
  const match = durationPattern.exec(text);
  const unit = unitMs[match?.[2] ?? ""];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}
