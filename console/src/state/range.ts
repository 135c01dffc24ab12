/** Ranges on offer besides `live` and a free one. */
export const ranges = ["15m", "1h", "24h", "7d"] as const;

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A span in ms. `to` absent: up to now, also as now moves on. */
export interface Span {
  readonly from: number;
  readonly to?: number;
}

/**
 * The span a range text means. Lengths begin at a whole step before now, so that asking again within a step is the same
 * question and can be answered from memory.
 */
export function spanOf(range: string | undefined, now: number): Span {
  const fixed = /^(\d{10,15})\.\.(\d{10,15})$/.exec(range ?? "");
  if (fixed !== null) return { from: Number(fixed[1]), to: Number(fixed[2]) };
  const lengthMs = lengthOf(range) ?? 3_600_000;
  const stepMs = Math.max(1_000, lengthMs / 720);
  return { from: Math.floor((now - lengthMs) / stepMs) * stepMs };
}

/** Length of a range such as `24h`, ms. */
export function lengthOf(range: string | undefined): number | undefined {
  const found = /^(\d{1,4})([mhd])$/.exec(range ?? "");
  return found === null ? undefined : Number(found[1]) * (unitMs[found[2] ?? ""] ?? 0);
}

/** A range as a fixed one, for links that must lead to the same records tomorrow. */
export function fixedRange(from: number, to: number): string {
  return `${Math.round(from)}..${Math.round(to)}`;
}
