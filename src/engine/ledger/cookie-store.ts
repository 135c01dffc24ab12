import type { CookieSet, Exchange, Millis } from "#core";
import { defaultPath, hostWithoutPort, isStorable } from "./cookie-scope.ts";
import type { LedgerApplication } from "./ledger-application.ts";
import type { LedgerTables } from "./ledger-tables.ts";
import {
  cookiesMax,
  cookieWords,
  counter,
  cookieField as field,
  cookieFlag as flag,
  ledgerWord,
  rowWords,
  type SessionSlab,
  sessionFlag,
} from "./session-slab.ts";

/** Set-Cookie headers of one answer that are looked at. */
const setCookiesMax = 32;
/** RFC 6265bis section 5.5: no cookie lives longer than 400 days. */
const lifetimeSecondsMax = 400 * 24 * 3600;
/** Marks a cookie without expiry. */
export const sessionCookie = 0xffff_ffff;

/** Wall clock as the ten-millisecond ticks that rows hold; wraps after 497 days, so only differences count. */
export function tickOf(now: Millis): number {
  return Math.floor(now / 10) >>> 0;
}

/** Milliseconds from a tick to now; 0 when clocks ran backwards. */
export function sinceTick(tick: number, nowTick: number): Millis {
  const ticks = (nowTick - tick) >>> 0;
  return ticks > 0x7fff_ffff ? 0 : ticks * 10;
}

/** A 53-bit hash folded to the 32 bits a row holds; never 0. */
export function foldValue(value: number): number {
  return ((value | 0) ^ Math.floor(value / 0x1_0000_0000)) >>> 0 || 1;
}

/** Does to a session's jar what a conforming client does with an answer's Set-Cookie headers. */
export function storeCookies(
  slab: SessionSlab,
  slot: number,
  answer: {
    readonly tables: LedgerTables;
    readonly application: LedgerApplication;
    readonly exchange: Exchange;
    readonly now: Millis;
  },
): void {
  const { exchange, tables, application, now } = answer;
  const sets = exchange.response?.setCookies;
  if (sets === undefined) return;
  const host = hostWithoutPort(exchange.request.host);
  const count = Math.min(sets.length, setCookiesMax);
  for (let i = 0; i < count; i++) {
    const set = sets[i];
    if (set === undefined || !isStorable(set, host, exchange.request.scheme)) continue;
    const nameId = tables.names.add(set.name);
    if (nameId === 0) continue;
    learnIssue(application, nameId, set);
    // A deletion issues no value that anybody could present later.
    if (set.maxAgeSeconds > 0 && tables.issued.add(set.value, nameId, now)) {
      application.fresh[nameId] = (application.fresh[nameId] ?? 0) + 1;
    }
    const pathId = tables.paths.add(set.path === "" ? defaultPath(exchange.request.path) : set.path);
    const hostId = tables.hosts.add(set.domain === "" ? host : set.domain);
    // A scope we have no room for is unknown: such a cookie is not held and never charged.
    if (pathId === 0 || hostId === 0) continue;
    storeOne(slab, slot, { set, nameId, pathId, hostId, now, application });
  }
}

interface Issue {
  readonly set: CookieSet;
  readonly nameId: number;
  readonly pathId: number;
  readonly hostId: number;
  readonly now: Millis;
  readonly application: LedgerApplication;
}

function learnIssue(application: LedgerApplication, nameId: number, set: CookieSet): void {
  if (set.maxAgeSeconds <= 0) return;
  application.issued[nameId] = (application.issued[nameId] ?? 0) + 1;
  application.lifetimeSeconds[nameId] = Math.max(application.lifetimeSeconds[nameId] ?? 0, set.maxAgeSeconds);
}

function storeOne(slab: SessionSlab, slot: number, issue: Issue): void {
  const { words } = slab;
  const { set, now } = issue;
  const nameAndPath = ((issue.nameId << 16) | issue.pathId) >>> 0;
  const hostOnly = set.domain === "";
  const index = findHeld(slab, slot, { nameAndPath, hostId: issue.hostId, hostOnly });
  const at = index < 0 ? -1 : slab.cookieAt(slot, index);
  const nowTick = tickOf(now);
  if (set.maxAgeSeconds <= 0) {
    if (at < 0) return;
    words[at + field.domainFlagsOrder] = (words[at + field.domainFlagsOrder] ?? 0) | (flag.ghost << 8);
    words[at + field.changedTick] = nowTick;
    return;
  }
  const value = foldValue(set.value);
  const expires = expiryOf(set, now);
  const held = at >= 0 ? (words[at + field.domainFlagsOrder] ?? 0) : 0;
  if (at >= 0 && (held & (flag.ghost << 8)) === 0) {
    const flags = flagsOf(set) | ((held >>> 8) & flag.inherited);
    words[at + field.nameAndPath] = nameAndPath;
    words[at + field.domainFlagsOrder] = ((issue.hostId << 16) | (flags << 8) | (held & 0xff)) >>> 0;
    words[at + field.expiresSecond] = expires;
    if (words[at + field.value] === value) return;
    words[at + field.valueBefore] = words[at + field.value] ?? 0;
    words[at + field.value] = value;
    words[at + field.changedTick] = nowTick;
    // The lag class is measured anew; the low half keeps obligations and returns.
    words[at + field.obligations] = (words[at + field.obligations] ?? 0) & 0xffff;
    const order = nextChange(slab, slot);
    words[at + field.domainFlagsOrder] = (((words[at + field.domainFlagsOrder] ?? 0) & 0xffff_ff00) | order) >>> 0;
    return;
  }
  // What was deleted and comes back is a new cookie: it stands behind the others.
  if (index >= 0) removeAt(slab, slot, index);
  const fresh = appendSlot(slab, slot, issue.application);
  words[fresh + field.nameAndPath] = nameAndPath;
  // The client may have held this cookie all along if we dropped it for want of room: its age is then unknown.
  const flags = flagsOf(set) | (isCrowded(slab, slot) ? flag.inherited : 0);
  words[fresh + field.domainFlagsOrder] = ((issue.hostId << 16) | (flags << 8) | nextChange(slab, slot)) >>> 0;
  words[fresh + field.changedTick] = nowTick;
  words[fresh + field.expiresSecond] = expires;
  words[fresh + field.value] = value;
  words[fresh + field.valueBefore] = 0;
  words[fresh + field.obligations] = 0;
}

function flagsOf(set: CookieSet): number {
  return (
    (set.domain === "" ? flag.hostOnly : 0) |
    (set.secure ? flag.secure : 0) |
    (set.httpOnly ? flag.httpOnly : 0) |
    (set.sameSite === "strict" ? flag.sameSiteStrict : 0) |
    (set.sameSite === "none" ? flag.sameSiteNone : 0)
  );
}

function expiryOf(set: CookieSet, now: Millis): number {
  if (set.maxAgeSeconds === Number.POSITIVE_INFINITY) return sessionCookie;
  return Math.min(sessionCookie - 1, Math.floor(now / 1000 + Math.min(set.maxAgeSeconds, lifetimeSecondsMax))) >>> 0;
}

/** Position of the cookie with this identity (name, path, domain, host-only), or -1. */
function findHeld(
  slab: SessionSlab,
  slot: number,
  wanted: { readonly nameAndPath: number; readonly hostId: number; readonly hostOnly: boolean },
): number {
  const { words } = slab;
  const count = heldCount(slab, slot);
  for (let i = 0; i < count; i++) {
    const at = slab.cookieAt(slot, i);
    if (words[at + field.nameAndPath] !== wanted.nameAndPath) {
      // The scope of an inherited cookie is unknown; the first issue under its name tells it.
      if ((words[at + field.nameAndPath] ?? 0) === (wanted.nameAndPath & 0xffff_0000) >>> 0) return i;
      continue;
    }
    const held = words[at + field.domainFlagsOrder] ?? 0;
    if (held >>> 16 === wanted.hostId && (((held >>> 8) & flag.hostOnly) !== 0) === wanted.hostOnly) return i;
  }
  return -1;
}

function isCrowded(slab: SessionSlab, slot: number): boolean {
  const flags = slab.bytes[(slot * rowWords + ledgerWord.counters) * 4 + counter.flags] ?? 0;
  return (flags & sessionFlag.crowded) !== 0;
}

/** How many cookies a session holds, ghosts and inherited ones included. */
export function heldCount(slab: SessionSlab, slot: number): number {
  return slab.bytes[(slot * rowWords + ledgerWord.counters) * 4 + counter.cookies] ?? 0;
}

/** Room for one more cookie at the end; the least informative one goes when there is none. */
export function appendSlot(slab: SessionSlab, slot: number, application: LedgerApplication): number {
  const byte = (slot * rowWords + ledgerWord.counters) * 4 + counter.cookies;
  if ((slab.bytes[byte] ?? 0) >= cookiesMax) {
    removeAt(slab, slot, leastInformative(slab, slot, application));
    const flags = (slot * rowWords + ledgerWord.counters) * 4 + counter.flags;
    slab.bytes[flags] = (slab.bytes[flags] ?? 0) | sessionFlag.crowded;
  }
  const count = slab.bytes[byte] ?? 0;
  slab.bytes[byte] = count + 1;
  slab.reserve(slot, count);
  return slab.cookieAt(slot, count);
}

/** Takes a cookie out and closes the gap, so that position stays the order of creation. */
export function removeAt(slab: SessionSlab, slot: number, index: number): void {
  const byte = (slot * rowWords + ledgerWord.counters) * 4 + counter.cookies;
  const count = slab.bytes[byte] ?? 0;
  for (let i = index; i + 1 < count; i++) {
    const next = slab.cookieAt(slot, i + 1);
    slab.words.copyWithin(slab.cookieAt(slot, i), next, next + cookieWords);
  }
  const last = slab.cookieAt(slot, count - 1);
  slab.words.fill(0, last, last + cookieWords);
  slab.bytes[byte] = count - 1;
}

/**
 * Position of the cookie whose further sight tells least: ghosts and inherited ones first, then the one that behaved as
 * expected most often. A cookie never yet owed keeps its place: its first answer is still to come.
 */
function leastInformative(slab: SessionSlab, slot: number, application: LedgerApplication): number {
  const { words } = slab;
  let worst = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < cookiesMax; i++) {
    const at = slab.cookieAt(slot, i);
    const flags = ((words[at + field.domainFlagsOrder] ?? 0) >>> 8) & 0xff;
    const owed = (words[at + field.obligations] ?? 0) & 0xff;
    const returned = ((words[at + field.obligations] ?? 0) >>> 8) & 0xff;
    const surprise = (owed - returned) ** 2 / (owed + 1);
    const identity = application.isIdentity((words[at + field.nameAndPath] ?? 0) >>> 16) ? 0.5 : 0;
    const passive = (flags & (flag.ghost | flag.inherited)) !== 0 ? -10 : 0;
    const worth = surprise + 1 / (1 + owed) + identity + passive;
    if (worth >= least) continue;
    least = worth;
    worst = i;
  }
  return worst;
}

/** The next rank of change. Ranks are renumbered when the byte is full. */
export function nextChange(slab: SessionSlab, slot: number): number {
  const byte = (slot * rowWords + ledgerWord.counters) * 4 + counter.nextChange;
  if ((slab.bytes[byte] ?? 0) >= 255) renumber(slab, slot, byte);
  const next = (slab.bytes[byte] ?? 0) + 1;
  slab.bytes[byte] = next;
  return next;
}

function renumber(slab: SessionSlab, slot: number, byte: number): void {
  const { words } = slab;
  const count = heldCount(slab, slot);
  const ranks: { readonly at: number; readonly rank: number }[] = [];
  for (let i = 0; i < count; i++) {
    const at = slab.cookieAt(slot, i) + field.domainFlagsOrder;
    ranks.push({ at, rank: (words[at] ?? 0) & 0xff });
  }
  ranks.sort((a, b) => a.rank - b.rank);
  for (const [index, { at }] of ranks.entries()) words[at] = (((words[at] ?? 0) & 0xffff_ff00) | (index + 1)) >>> 0;
  slab.bytes[byte] = ranks.length;
}
