import type { Exchange } from "#core";
import { sessionFlag, slot32 } from "../sessions/session-table.ts";
import { counter } from "./counters.ts";
import type { Facts } from "./facts.ts";
import { learnHabit } from "./learn-habit.ts";
import type { FeatureState } from "./state.ts";

/** Requests that left before the cookie could arrive owe nothing. */
const graceMs = 2_000;

/** Does the cookie handed out last come back? Counted on pages and calls, once the grace for parallel requests is over. */
export function stepCookies(state: FeatureState, facts: Facts, exchange: Exchange): void {
  if (!exchange.observes.cookies || exchange.observes.setCookie === "none") return;
  const { sessions } = state;
  const { slot } = facts;
  const offeredAt = sessions.get(slot, slot32.offeredAt);
  if (offeredAt === 0 || facts.tick - offeredAt < graceMs) return;
  const site = state.sites[facts.application];
  if (site === undefined) return;
  // A cookie jar that answers at all is a jar: values rotate, and the exact ledger lies elsewhere.
  const kept = exchange.request.cookies.length > 0;
  learnHabit(state, site.habits.cookies, {
    row: facts.row,
    kept,
    chances: counter.cookieChances,
    keptCounter: counter.cookieReturned,
  });
  if (kept) sessions.setFlag(slot, sessionFlag.confirmed);
}

/** Remembers the last living cookie an answer handed out. */
export function offerCookies(state: FeatureState, facts: Facts, exchange: Exchange): void {
  const cookies = exchange.response?.setCookies;
  if (cookies === undefined || cookies.length === 0) return;
  for (const cookie of cookies) {
    if (cookie.maxAgeSeconds <= 0 || cookie.value === 0 || (cookie.path !== "" && cookie.path !== "/")) continue;
    const answeredAt = facts.at + Math.max(0, exchange.response?.durationMs ?? 0);
    state.sessions.set(facts.slot, slot32.offeredAt, state.sessions.tickOf(facts.slot, answeredAt));
  }
}
