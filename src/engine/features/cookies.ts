import type { Exchange, Hashed } from "#core";
import { counter } from "./counters.ts";
import type { Facts } from "./facts.ts";
import { learnHabit } from "./learn-habit.ts";
import { type FeatureState, sessionFlag } from "./state.ts";

/** Requests that left before the cookie could arrive owe nothing. */
const graceMs = 2_000;

/** Does the cookie handed out last come back? Counted on pages and calls, once the grace for parallel requests is over. */
export function stepCookies(state: FeatureState, facts: Facts, exchange: Exchange): void {
  if (!exchange.observes.cookies || exchange.observes.setCookie === "none") return;
  const { sessions } = state;
  const { slot } = facts;
  const offered = sessions.offered[slot] as Hashed;
  if (offered === 0 || facts.at - (sessions.offeredAt[slot] as number) < graceMs) return;
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
  if (kept) sessions.flags[slot] = (sessions.flags[slot] as number) | sessionFlag.confirmed;
}

/** Remembers the last living cookie an answer handed out. */
export function offerCookies(state: FeatureState, facts: Facts, exchange: Exchange): void {
  const cookies = exchange.response?.setCookies;
  if (cookies === undefined || cookies.length === 0) return;
  for (const cookie of cookies) {
    if (cookie.maxAgeSeconds <= 0 || cookie.value === 0 || (cookie.path !== "" && cookie.path !== "/")) continue;
    state.sessions.offered[facts.slot] = cookie.value;
    state.sessions.offeredAt[facts.slot] = facts.at + Math.max(0, exchange.response?.durationMs ?? 0);
  }
}
