import { rowBytes, rowFloat } from "../clients/client-table.ts";
import { slot32 } from "../sessions/session-table.ts";
import { counter } from "./counters.ts";
import type { Facts } from "./facts.ts";
import type { FeatureState } from "./state.ts";

/** Gaps above this are pauses between visits, not rhythm. */
const pauseMs = 20 * 60_000;
/** Faster than a person reads and clicks; several tabs opened at once do it now and then. */
const quickMs = 700;
/** Old gaps fade: means follow roughly the last this many gaps. */
const memory = 120;

/**
 * Gaps between page views: mean and spread, on the logarithmic scale (people) and the plain one (timers), by the
 * recurrence of Welford (1962). Sub-resources do not count: their gaps are the browser's, not the person's.
 */
export function stepRhythm(state: FeatureState, facts: Facts): void {
  const { sessions, clients } = state;
  const last = sessions.get(facts.slot, slot32.lastPageAt);
  sessions.set(facts.slot, slot32.lastPageAt, facts.tick);
  const gap = facts.tick - last;
  const redirected =
    sessions.get(facts.slot, slot32.redirectTo) !== 0 &&
    facts.tick - sessions.get(facts.slot, slot32.redirectAt) < 3_000;
  // Following a redirect is the client's doing, not the person's.
  if (last === 0 || gap < 0 || gap > pauseMs || redirected) return;
  clients.count(facts.row, counter.gaps);
  if (gap < quickMs) clients.count(facts.row, counter.quickGaps);
  const n = Math.min(memory, clients.get(facts.row, counter.gaps));
  const at = facts.row * (rowBytes / 4);
  welford(clients.f32, at + rowFloat.logGapMean, Math.log(Math.max(0.05, gap / 1000)), n);
  welford(clients.f32, at + rowFloat.gapMean, gap / 1000, n);
  if (clients.get(facts.row, counter.pagesClosed) > 0 && n <= 16) state.sites[facts.application]?.learnPace(gap / 1000);
}

/** Mean and sum of squared deviations side by side; past `memory` values the sum is scaled down with the oldest. */
function welford(values: Float32Array, place: number, value: number, n: number): void {
  const mean = values[place] as number;
  const delta = value - mean;
  const next = mean + delta / n;
  const squares = (values[place + 1] as number) * (n >= memory ? 1 - 1 / memory : 1);
  values[place] = next;
  values[place + 1] = squares + delta * (value - next);
}
