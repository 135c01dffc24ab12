import type { SessionStep } from "../../api/contract.ts";

/** One number that tells a person's session from a machine's at a glance. */
export interface Habit {
  readonly name: "requests" | "medianGap" | "gapSpread" | "templates" | "errors" | "assets" | "posts";
  readonly unit: "count" | "ms" | "share";
  readonly value: number | null;
}

/** Habits of a session from its recorded steps; null where there are too few to say. */
export function habitsOf(steps: readonly SessionStep[]): readonly Habit[] {
  const gaps = steps.map(({ gapMs }) => gapMs).filter((gap) => gap !== null);
  const events = steps.map(({ event }) => event);
  const share = (fits: (event: SessionStep["event"]) => boolean): number | null =>
    events.length === 0 ? null : events.filter(fits).length / events.length;
  return [
    { name: "requests", unit: "count", value: events.length },
    { name: "medianGap", unit: "ms", value: quantile(gaps, 0.5) },
    { name: "gapSpread", unit: "ms", value: spread(gaps) },
    { name: "templates", unit: "count", value: new Set(events.map(({ template }) => template)).size },
    { name: "errors", unit: "share", value: share(({ status }) => status >= 400) },
    {
      name: "assets",
      unit: "share",
      value: share(({ path }) => /\.(css|js|mjs|png|jpe?g|webp|avif|svg|gif|woff2?|ico)$/i.test(path)),
    },
    { name: "posts", unit: "share", value: share(({ method }) => method !== "GET" && method !== "HEAD") },
  ];
}

function quantile(values: readonly number[], at: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))] ?? null;
}

/** Between the quartiles: how regular the rhythm is. */
function spread(gaps: readonly number[]): number | null {
  const low = quantile(gaps, 0.25);
  const high = quantile(gaps, 0.75);
  return gaps.length < 4 || low === null || high === null ? null : high - low;
}
