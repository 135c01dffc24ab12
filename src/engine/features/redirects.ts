import type { Exchange } from "#core";
import { slot32 } from "../sessions/session-table.ts";
import { counter } from "./counters.ts";
import { type Facts, hostStart, methodCode } from "./facts.ts";
import { learnHabit } from "./learn-habit.ts";
import type { FeatureState } from "./state.ts";

/** A browser follows at once; slow lines and chains stay far below. */
const followMs = 15_000;
/** Redirect whose target the connector did not tell. */
const unknownTarget = 1;

/** Remembers where a page's redirect pointed; the client now owes a request there. */
export function openRedirect(state: FeatureState, facts: Facts, exchange: Exchange): void {
  const { sessions, clients } = state;
  if (facts.method === methodCode.post) return;
  clients.count(facts.row, counter.redirects);
  const target = targetHash(state, exchange);
  if (target === 0) return;
  // An unanswered redirect before this one was not followed.
  closeRedirect(state, facts, false);
  sessions.set(facts.slot, slot32.redirectTo, target);
  sessions.set(facts.slot, slot32.redirectAt, facts.tick);
}

/** The next page request shows whether the redirect was followed; for unknown targets its answer does. */
export function followRedirect(state: FeatureState, facts: Facts): void {
  const { sessions } = state;
  const target = sessions.get(facts.slot, slot32.redirectTo);
  if (target === 0) return;
  const late = facts.tick - sessions.get(facts.slot, slot32.redirectAt) > followMs;
  if (target === unknownTarget && !late) return;
  if (target === facts.pathHash && !late) closeRedirect(state, facts, true);
  else if (late || facts.refererHash !== 0) closeRedirect(state, facts, false);
}

/** An answer that is no redirect, soon after one whose target is unknown: the client arrived somewhere. */
export function arrive(state: FeatureState, facts: Facts): void {
  if (state.sessions.get(facts.slot, slot32.redirectTo) === unknownTarget) closeRedirect(state, facts, true);
}

function closeRedirect(state: FeatureState, facts: Facts, kept: boolean): void {
  const { sessions } = state;
  if (sessions.get(facts.slot, slot32.redirectTo) === 0) return;
  sessions.set(facts.slot, slot32.redirectTo, 0);
  const site = state.sites[facts.application];
  if (site === undefined) return;
  learnHabit(state, site.habits.redirects, {
    row: facts.row,
    kept,
    chances: counter.redirectChances,
    keptCounter: counter.redirectsFollowed,
  });
}

/** Hash of the target's path; 0 when it leaves for another host, which no request here could show. */
function targetHash(state: FeatureState, exchange: Exchange): number {
  const location = exchange.response?.location ?? "";
  if (location === "") return unknownTarget;
  let from = 0;
  const host = hostStart(location);
  if (host > 0) {
    from = location.indexOf("/", host);
    const name = location.slice(host, from < 0 ? location.length : from).toLowerCase();
    if (exchange.request.host === "" || name !== exchange.request.host) return 0;
    if (from < 0) return state.endpoints.hashPath("/", 0, 1);
  }
  let to = location.length;
  for (const end of ["?", "#"]) {
    const cut = location.indexOf(end, from);
    if (cut >= 0 && cut < to) to = cut;
  }
  return to === from ? unknownTarget : state.endpoints.hashPath(location, from, to);
}
