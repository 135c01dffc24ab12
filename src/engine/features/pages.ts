import { rowFlag } from "../clients/client-table.ts";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { pendingSize, ringSize } from "../sessions/session-table.ts";
import { counter } from "./counters.ts";
import { type Facts, isAsset, methodCode, refererKind } from "./facts.ts";
import { learnHabit } from "./learn-habit.ts";
import { type FeatureState, sessionFlag } from "./state.ts";

/** A page's sub-resources arrive within this time, or they do not come. */
const loadMs = 6_000;
/** Sub-resources without a referer still count for a page this young. */
const looseMs = 4_000;
/** Endpoints after which fewer browsers than this fetch anything are no chance (a JSON file, a download). */
const closureMin = 0.3;

/** A page after a longer pause begins a new visit. */
const visitMs = 10 * 60_000;
/** Redirects are followed at once. */
const redirectMs = 5_000;
/** Pages of one client that may teach which pages have parts. */
const teachingPagesMax = 64;

const bit = { answered: 1, closed: 2 } as const;

/** Notes that a page was asked for: its sub-resources are now owed. */
export function openPage(state: FeatureState, facts: Facts): void {
  const { sessions } = state;
  const base = facts.slot * pendingSize;
  let cell = base;
  for (let i = base; i < base + pendingSize; i++) {
    if (sessions.pendingAt[i] === 0) {
      cell = i;
      break;
    }
    if ((sessions.pendingAt[i] as number) < (sessions.pendingAt[cell] as number)) cell = i;
  }
  if (sessions.pendingAt[cell] !== 0) settle(state, facts.row, cell, facts.application);
  sessions.pendingPath[cell] = facts.urlHash;
  sessions.pendingEndpoint[cell] = facts.endpoint;
  sessions.pendingAt[cell] = Math.max(1, facts.at);
  sessions.pendingState[cell] = 0;
}

/** The page was answered: only one that was shown owes anything. */
export function answerPage(state: FeatureState, facts: Facts, shown: boolean): void {
  const { sessions } = state;
  const base = facts.slot * pendingSize;
  for (let i = base; i < base + pendingSize; i++) {
    if (sessions.pendingAt[i] === 0 || sessions.pendingPath[i] !== facts.urlHash) continue;
    if (shown) sessions.pendingState[i] = (sessions.pendingState[i] as number) | bit.answered;
    else if (((sessions.pendingState[i] as number) & bit.answered) === 0) sessions.pendingAt[i] = 0;
  }
}

/** A request that may belong to a page just loaded. Returns whether it named one of this client's recent pages. */
export function closePages(state: FeatureState, facts: Facts): boolean {
  const { sessions } = state;
  const base = facts.slot * pendingSize;
  const belongs = isAsset(facts.class) || facts.class === endpointClass.api;
  let named = false;
  let youngest = -1;
  for (let i = base; i < base + pendingSize; i++) {
    const openedAt = sessions.pendingAt[i] as number;
    if (openedAt === 0) continue;
    if (youngest < 0 || openedAt > (sessions.pendingAt[youngest] as number)) youngest = i;
    if (facts.refererHash === 0 || sessions.pendingPath[i] !== facts.refererHash) continue;
    named = true;
    if (facts.at - openedAt <= loadMs && (sessions.pendingState[i] as number) < 4) {
      state.endpoints.learnNamed(sessions.pendingEndpoint[i] as number);
      sessions.pendingState[i] = (sessions.pendingState[i] as number) | 4;
    }
    if (belongs) sessions.pendingState[i] = (sessions.pendingState[i] as number) | bit.closed;
  }
  if (belongs && !named && youngest >= 0 && facts.class !== endpointClass.favicon) {
    // Fonts and images named by a style sheet, and clients that send no referer, still load what the page needs.
    if (facts.at - (sessions.pendingAt[youngest] as number) <= looseMs)
      sessions.pendingState[youngest] = (sessions.pendingState[youngest] as number) | bit.closed;
  }
  return named;
}

/** Draws the balance of pages whose load is over at `at`. */
export function settlePages(state: FeatureState, slot: number, at: number): void {
  const { sessions } = state;
  const row = sessions.row[slot] as number;
  if (row < 0) return;
  const base = slot * pendingSize;
  for (let i = base; i < base + pendingSize; i++) {
    const openedAt = sessions.pendingAt[i] as number;
    // A clock that went back leaves pages in the future; they are settled rather than kept for ever.
    if (openedAt === 0 || (at - openedAt <= loadMs && at >= openedAt - loadMs)) continue;
    settle(state, row, i, state.clients.applicationOf(row));
  }
}

function settle(state: FeatureState, row: number, cell: number, application: number): void {
  const { sessions, endpoints, clients } = state;
  const bits = sessions.pendingState[cell] as number;
  sessions.pendingAt[cell] = 0;
  if ((bits & bit.answered) === 0) return;
  const site = state.sites[application];
  if (site === undefined) return;
  const kept = (bits & bit.closed) !== 0;
  const endpoint = sessions.pendingEndpoint[cell] as number;
  const habit = site.habits.subresources;
  // Whoever loads parts of most pages, and not too many pages, may say after which pages there are parts to load.
  const closed = clients.get(row, counter.pagesClosed);
  const teaches =
    closed > 0 &&
    closed * 3 >= clients.get(row, counter.pagesExpecting) &&
    clients.get(row, counter.pages) < teachingPagesMax;
  if (!kept && endpoints.closure(endpoint, habit.mean) < closureMin) {
    if (teaches) endpoints.learnClosure(endpoint, kept);
    return;
  }
  learnHabit(state, habit, { row, kept, chances: counter.pagesExpecting, keptCounter: counter.pagesClosed });
  if (teaches) endpoints.learnClosure(endpoint, kept);
  if (kept && !clients.flag(row, rowFlag.voted)) {
    clients.setFlag(row, rowFlag.voted);
    state.learnAgent(application, clients.agentOf(row));
  }
}

/** Links: does a page name the page it was reached from, and did this client ever fetch that page? */
export function followLink(state: FeatureState, facts: Facts): void {
  const { sessions, clients } = state;
  const { slot, row } = facts;
  const known = facts.refererHash !== 0 && inRing(state, slot, facts.refererHash);
  facts.linked = known;
  // A page is a chance when one was shown before it, not too long ago, and no redirect led here: redirects keep the
  // first referer, and after a pause people come back by bookmark.
  const shown = ((sessions.flags[slot] as number) & sessionFlag.shownPage) !== 0;
  const pause = facts.at - (sessions.lastPageAt[slot] as number);
  const redirected = sessions.redirectTo[slot] !== 0 && facts.at - (sessions.redirectAt[slot] as number) < redirectMs;
  const chance = shown && pause >= 0 && pause < visitMs && !redirected && facts.method === methodCode.get;
  if (chance && facts.referer !== refererKind.unobserved) {
    const site = state.sites[facts.application];
    // Coming back from another site is neither kept nor broken.
    if (!known && facts.referer === refererKind.foreign) clients.count(row, counter.linkForeign);
    else if (site !== undefined)
      learnHabit(state, site.habits.links, {
        row,
        kept: known,
        chances: counter.linkChances,
        keptCounter: counter.linkClosed,
      });
    if (!known && facts.referer === refererKind.own) clients.count(row, counter.linkUnseen);
  }
  if (inRing(state, slot, facts.urlHash)) clients.count(row, counter.revisits);
  const at = sessions.ringAt[slot] as number;
  if (sessions.ring[slot * ringSize + ((at + ringSize - 1) % ringSize)] === facts.urlHash) return;
  sessions.ring[slot * ringSize + at] = facts.urlHash;
  sessions.ringAt[slot] = (at + 1) % ringSize;
}

function inRing(state: FeatureState, slot: number, hash: number): boolean {
  const { ring } = state.sessions;
  for (let i = slot * ringSize; i < (slot + 1) * ringSize; i++) if (ring[i] === hash) return true;
  return false;
}
