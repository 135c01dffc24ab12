import type { Millis } from "#core";
import { rowFlag } from "../clients/client-table.ts";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { pendingSize, ringSize, sessionFlag, slot8, slot16, slot32, slotBytes } from "../sessions/session-table.ts";
import { counter } from "./counters.ts";
import { type Facts, isAsset, methodCode, refererKind } from "./facts.ts";
import { learnHabit } from "./learn-habit.ts";
import type { FeatureState } from "./state.ts";

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

const bit = { answered: 1, closed: 2, named: 4 } as const;

const words = slotBytes / 4;
const halves = slotBytes / 2;

/** Notes that a page was asked for: its sub-resources are now owed. */
export function openPage(state: FeatureState, facts: Facts): void {
  const { u32, u16, u8 } = state.sessions;
  const times = facts.slot * words + slot32.pendingAt;
  let cell = 0;
  for (let i = 0; i < pendingSize; i++) {
    if (u32[times + i] === 0) {
      cell = i;
      break;
    }
    if ((u32[times + i] as number) < (u32[times + cell] as number)) cell = i;
  }
  if (u32[times + cell] !== 0) settle(state, facts.slot, { row: facts.row, cell, application: facts.application });
  u32[facts.slot * words + slot32.pendingPath + cell] = facts.urlHash;
  u16[facts.slot * halves + slot16.pendingEndpoint + cell] = facts.endpoint;
  u32[times + cell] = facts.tick;
  u8[facts.slot * slotBytes + slot8.pendingState + cell] = 0;
}

/** The page was answered: only one that was shown owes anything. */
export function answerPage(state: FeatureState, facts: Facts, shown: boolean): void {
  const { u32, u8 } = state.sessions;
  const times = facts.slot * words + slot32.pendingAt;
  const paths = facts.slot * words + slot32.pendingPath;
  const states = facts.slot * slotBytes + slot8.pendingState;
  for (let i = 0; i < pendingSize; i++) {
    if (u32[times + i] === 0 || u32[paths + i] !== facts.urlHash) continue;
    if (shown) u8[states + i] = (u8[states + i] as number) | bit.answered;
    else if (((u8[states + i] as number) & bit.answered) === 0) u32[times + i] = 0;
  }
}

/** A request that may belong to a page just loaded. Returns whether it named one of this client's recent pages. */
export function closePages(state: FeatureState, facts: Facts): boolean {
  const { u32, u16, u8 } = state.sessions;
  const times = facts.slot * words + slot32.pendingAt;
  const paths = facts.slot * words + slot32.pendingPath;
  const states = facts.slot * slotBytes + slot8.pendingState;
  const belongs = isAsset(facts.class) || facts.class === endpointClass.api;
  let named = false;
  let youngest = -1;
  for (let i = 0; i < pendingSize; i++) {
    const openedAt = u32[times + i] as number;
    if (openedAt === 0) continue;
    if (youngest < 0 || openedAt > (u32[times + youngest] as number)) youngest = i;
    if (facts.refererHash === 0 || u32[paths + i] !== facts.refererHash) continue;
    named = true;
    if (facts.tick - openedAt <= loadMs && (u8[states + i] as number) < bit.named) {
      state.endpoints.learnNamed(u16[facts.slot * halves + slot16.pendingEndpoint + i] as number);
      u8[states + i] = (u8[states + i] as number) | bit.named;
    }
    if (belongs) u8[states + i] = (u8[states + i] as number) | bit.closed;
  }
  if (belongs && !named && youngest >= 0 && facts.class !== endpointClass.favicon) {
    // Fonts and images named by a style sheet, and clients that send no referer, still load what the page needs.
    if (facts.tick - (u32[times + youngest] as number) <= looseMs)
      u8[states + youngest] = (u8[states + youngest] as number) | bit.closed;
  }
  return named;
}

/** Has a page of this session that is still loading asked for parts already? */
export function isLoadingParts({ sessions }: Pick<FeatureState, "sessions">, slot: number): boolean {
  const states = slot * slotBytes + slot8.pendingState;
  for (let cell = 0; cell < pendingSize; cell++) {
    if (((sessions.u8[states + cell] as number) & bit.closed) !== 0) return true;
  }
  return false;
}

/** Draws the balance of pages whose load is over at `tick`, a time as the session holds it. */
export function settlePages(state: FeatureState, slot: number, tick: number): void {
  const { u32 } = state.sessions;
  const row = state.sessions.rowOf(slot);
  if (row < 0) return;
  const times = slot * words + slot32.pendingAt;
  for (let cell = 0; cell < pendingSize; cell++) {
    const openedAt = u32[times + cell] as number;
    // A clock that went back leaves pages in the future; they are settled rather than kept for ever.
    if (openedAt === 0 || (tick - openedAt <= loadMs && tick >= openedAt - loadMs)) continue;
    settle(state, slot, { row, cell, application: state.clients.applicationOf(row) });
  }
}

/** The live session of each client row, with the balance of its pages drawn at `latest`. */
export function settledSessions(state: FeatureState, latest: Millis): Map<number, number> {
  const { sessions } = state;
  const live = new Map<number, number>();
  for (const slot of sessions.slots()) {
    settlePages(state, slot, sessions.tickOf(slot, latest));
    live.set(sessions.rowOf(slot), slot);
  }
  return live;
}

function settle(
  state: FeatureState,
  slot: number,
  page: { readonly row: number; readonly cell: number; readonly application: number },
): void {
  const { sessions, endpoints, clients } = state;
  const { row, cell, application } = page;
  const bits = sessions.u8[slot * slotBytes + slot8.pendingState + cell] as number;
  sessions.u32[slot * words + slot32.pendingAt + cell] = 0;
  if ((bits & bit.answered) === 0) return;
  const site = state.sites[application];
  if (site === undefined) return;
  const kept = (bits & bit.closed) !== 0;
  const endpoint = sessions.u16[slot * halves + slot16.pendingEndpoint + cell] as number;
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
  const shown = sessions.flag(slot, sessionFlag.shownPage);
  const lastPageAt = sessions.get(slot, slot32.lastPageAt);
  const pause = facts.tick - lastPageAt;
  const redirected =
    sessions.get(slot, slot32.redirectTo) !== 0 && facts.tick - sessions.get(slot, slot32.redirectAt) < redirectMs;
  const chance =
    shown && lastPageAt !== 0 && pause >= 0 && pause < visitMs && !redirected && facts.method === methodCode.get;
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
  const ring = slot * words + slot32.ring;
  const at = sessions.byte(slot, slot8.ringAt);
  if (sessions.u32[ring + ((at + ringSize - 1) % ringSize)] === facts.urlHash) return;
  sessions.u32[ring + at] = facts.urlHash;
  sessions.setByte(slot, slot8.ringAt, (at + 1) % ringSize);
}

function inRing(state: FeatureState, slot: number, hash: number): boolean {
  const { u32 } = state.sessions;
  const ring = slot * words + slot32.ring;
  for (let i = 0; i < ringSize; i++) if (u32[ring + i] === hash) return true;
  return false;
}
