import type { Exchange, Hashed, Millis } from "#core";
import { CookiePlacement, status } from "./cookie-placement.ts";
import { appendSlot, foldValue, heldCount, nextChange, sessionCookie, sinceTick, tickOf } from "./cookie-store.ts";
import type { LedgerApplication } from "./ledger-application.ts";
import type { LedgerTables } from "./ledger-tables.ts";
import { OrderStep } from "./order-step.ts";
import { lagClass } from "./return-lag.ts";
import {
  cookiesMax,
  countBroken,
  counter,
  countKept,
  cookieField as field,
  cookieFlag as flag,
  ledgerWord,
  opportunitiesMax,
  rowWords,
  type SessionSlab,
  sessionFlag,
} from "./session-slab.ts";

/** A lag longer than this is a refusal, not a race, and teaches nothing. */
const lagMsMax: Millis = 10_000;
/** Marks a cookie whose return lag was already learned. */
const lagLearned = 0xff;
/** Evasion: alternating two jars on purpose silences what NAT makes meaningless; address churn and cohorts see it. */
const alternationsShared = 2;
/** Session cookies survive in browsers that restore their tabs; we take them for 14 days at least. */
const sessionCookieLifetimeSecondsMin = 14 * 24 * 3600;
const lifetimeSecondsMax = 400 * 24 * 3600;

/** What the intent graph wants to know while a request is judged, and what it knows itself. */
export interface CookieWitness {
  /** A name came that this application never issued. True when script is known to set it. */
  unissued(slot: number, application: LedgerApplication, name: string): boolean;
  /** An honest session owed this cookie to the request, and sent it or did not. */
  owed(slot: number, nameId: number, returned: boolean): void;
}

/** A witness that knows nothing and keeps nothing. */
export const noWitness: CookieWitness = { unissued: () => false, owed: () => undefined };

/**
 * Judges the Cookie header of one request against what the session holds (RFC 6265bis section 5.8.3). Scratch
 * space is reused, so one step object serves one thread.
 */
export class RequestStep {
  readonly #slab: SessionSlab;
  readonly #tables: LedgerTables;
  readonly #order: OrderStep;
  readonly #placement: CookiePlacement;
  readonly #status: Uint8Array;
  readonly #answered: Uint8Array = new Uint8Array(cookiesMax);
  readonly #sent: Uint8Array = new Uint8Array(cookiesMax);
  #sentCount = 0;
  /** Where the next cookie is looked for first: headers mostly keep the order of creation. */
  #hint = 0;
  #recognised = 0;
  #now: Millis = 0;
  #nowTick = 0;
  #slot = 0;
  #counters = 0;
  #scopedCharged = false;
  #ghostCharged = false;

  constructor(slab: SessionSlab, tables: LedgerTables) {
    this.#slab = slab;
    this.#tables = tables;
    this.#order = new OrderStep(slab, tables);
    this.#placement = new CookiePlacement(slab, tables);
    this.#status = this.#placement.status;
  }

  /** Cookies of the last request that we know to have issued. */
  get recognised(): number {
    return this.#recognised;
  }

  /** Moves the counters of `slot` by one request. The caller has made sure that cookies are observed. */
  run(
    slot: number,
    exchange: Exchange,
    step: { readonly application: LedgerApplication; readonly now: Millis; readonly witness: CookieWitness },
  ): void {
    const { application, now } = step;
    this.#slot = slot;
    this.#counters = (slot * rowWords + ledgerWord.counters) * 4;
    this.#now = now;
    this.#nowTick = tickOf(now);
    this.#sentCount = 0;
    this.#recognised = 0;
    this.#scopedCharged = false;
    this.#ghostCharged = false;
    const held = heldCount(this.#slab, slot);
    if (held > 0) this.#placement.place(slot, held, { exchange, application, now });
    for (let i = 0; i < held; i++) this.#answered[i] = 0;
    this.#hint = 0;
    const { cookies } = exchange.request;
    const count = Math.min(cookies.length, this.#tables.limits.cookiesPerRequest);
    let duplicate = false;
    for (let i = 0; i < count; i++) {
      const cookie = cookies[i];
      if (cookie === undefined) continue;
      const nameId = this.#tables.names.find(cookie.name);
      if (nameId === 0 || application.issued[nameId] === 0) {
        if (step.witness.unissued(slot, application, cookie.name))
          countKept(this.#slab.bytes, this.#counters + counter.presented);
        else countBroken(this.#slab.bytes, this.#counters + counter.presented);
        continue;
      }
      countKept(this.#slab.bytes, this.#counters + counter.presented);
      const repeated = this.#present(slot, cookie.value, { nameId, held, application });
      duplicate ||= repeated;
    }
    this.#settleOwed(held, { slot, witness: step.witness });
    if (duplicate) countBroken(this.#slab.bytes, this.#counters + counter.headers);
    else if (count > 0) countKept(this.#slab.bytes, this.#counters + counter.headers);
    const crowded = ((this.#slab.bytes[this.#counters] ?? 0) & sessionFlag.crowded) !== 0;
    if (this.#sentCount >= 2 && !crowded) this.#order.run(slot, this.#sent, this.#sentCount);
  }

  /** One cookie of a name this application issues. True when the very same pair came twice without reason. */
  #present(
    slot: number,
    hash: Hashed,
    of: { readonly nameId: number; readonly held: number; readonly application: LedgerApplication },
  ): boolean {
    const { words } = this.#slab;
    const value = foldValue(hash);
    let changed = -1;
    let other = -1;
    let outside = -1;
    let ghost = -1;
    let repeated = false;
    for (let looked = 0, next = this.#hint; looked < of.held; looked++, next++) {
      const i = next < of.held ? next : next - of.held;
      const at = this.#slab.cookieAt(this.#slot, i);
      if ((words[at + field.nameAndPath] ?? 0) >>> 16 !== of.nameId) continue;
      const same = words[at + field.value] === value;
      const placed = this.#status[i];
      if (placed === status.outOfScope) outside = same ? i : outside;
      else if (placed === status.ghost) ghost = same || words[at + field.valueBefore] === value ? i : ghost;
      else if (same && this.#answered[i] === 0) {
        this.#returned(i, of.application);
        this.#hint = i + 1 < of.held ? i + 1 : 0;
        return false;
      } else if (same) repeated = true;
      else if (words[at + field.valueBefore] === value) changed = i;
      else other = i;
    }
    // Where a cookie had to make room, whatever does not fit may be that one: unknown, never charged.
    if (((this.#slab.bytes[this.#counters] ?? 0) & sessionFlag.crowded) !== 0) return false;
    if (repeated) return true;
    if (changed >= 0) this.#outdated(changed);
    else if (other >= 0) this.#unlike(other, hash, of);
    else if (outside >= 0) {
      this.#scopedCharged = true;
      countBroken(this.#slab.bytes, this.#counters + counter.scoped);
    } else if (ghost >= 0) {
      this.#ghostCharged = true;
      countBroken(this.#slab.bytes, this.#counters + counter.ghosts);
    } else this.#unheld(slot, hash, of);
    return false;
  }

  #returned(index: number, application: LedgerApplication): void {
    const { words, bytes } = this.#slab;
    this.#recognised++;
    this.#answered[index] = 1;
    const at = this.#slab.cookieAt(this.#slot, index);
    const packed = words[at + field.domainFlagsOrder] ?? 0;
    if ((packed & (flag.inherited << 8)) === 0 && this.#sentCount < cookiesMax) this.#sent[this.#sentCount++] = index;
    countKept(bytes, this.#counters + counter.known);
    if (words[at + field.valueBefore] !== 0) countKept(bytes, this.#counters + counter.changed);
    const owed = words[at + field.obligations] ?? 0;
    if (owed >>> 24 === lagLearned || (packed & (flag.inherited << 8)) !== 0) return;
    words[at + field.obligations] = (owed | (lagLearned << 24)) >>> 0;
    if (((bytes[this.#counters] ?? 0) & sessionFlag.healthy) !== 0) application.lag.add((owed >>> 16) & 0xff);
  }

  /** The value before the current one: a race inside the grace, stale afterwards. */
  #outdated(index: number): void {
    const at = this.#slab.cookieAt(this.#slot, index);
    this.#answered[index] = 1;
    this.#noteLag(index);
    if (this.#status[index] !== status.due) return;
    // No jar goes back: when the current value was already presented, a second jar speaks under this key.
    if ((this.#slab.words[at + field.obligations] ?? 0) >>> 24 === lagLearned) this.#alternate();
    else countBroken(this.#slab.bytes, this.#counters + counter.changed);
  }

  #alternate(): void {
    const { bytes } = this.#slab;
    const alternated = Math.min(255, (bytes[this.#counters + counter.alternated] ?? 0) + 1);
    bytes[this.#counters + counter.alternated] = alternated;
    if (alternated >= alternationsShared) bytes[this.#counters] = (bytes[this.#counters] ?? 0) | sessionFlag.shared;
  }

  /** A value we did not give this session, under a name we did. */
  #unlike(index: number, hash: Hashed, of: { readonly nameId: number; readonly application: LedgerApplication }): void {
    const { bytes } = this.#slab;
    this.#answered[index] = 1;
    if (!Number.isNaN(this.#tables.issued.issuedSince(hash, of.nameId))) {
      // Somebody else's value, or an older one of ours: two jars behind one key, not a forgery.
      this.#alternate();
      return;
    }
    if (this.#status[index] !== status.due || this.#rewrites(of)) return;
    countBroken(bytes, this.#counters + counter.known);
  }

  /** A name the application issues, but not to this session: a jar from before, or an invention. */
  #unheld(slot: number, hash: Hashed, of: { readonly nameId: number; readonly application: LedgerApplication }): void {
    const { bytes, words } = this.#slab;
    const since = this.#tables.issued.issuedSince(hash, of.nameId);
    if (Number.isNaN(since)) {
      // Only when we remember everything this name could still hold is absence a proof.
      const complete = this.#now - this.#tables.issued.completeSince >= lifetimeMsOf(of.application, of.nameId);
      if (complete && !this.#rewrites(of)) {
        countBroken(bytes, this.#counters + counter.known);
      }
      return;
    }
    this.#recognised++;
    countKept(bytes, this.#counters + counter.known);
    const maturity = maturityOf(this.#now - since);
    bytes[this.#counters + counter.maturity] = Math.max(bytes[this.#counters + counter.maturity] ?? 0, maturity);
    bytes[this.#counters + counter.inherited] = Math.min(255, (bytes[this.#counters + counter.inherited] ?? 0) + 1);
    if (heldCount(this.#slab, slot) >= cookiesMax) return;
    const at = appendSlot(this.#slab, slot, of.application);
    words[at + field.nameAndPath] = (of.nameId << 16) >>> 0;
    words[at + field.domainFlagsOrder] = ((flag.inherited << 8) | nextChange(this.#slab, slot)) >>> 0;
    words[at + field.changedTick] = this.#nowTick;
    words[at + field.expiresSecond] = sessionCookie;
    words[at + field.value] = foldValue(hash);
  }

  /** True where honest clients present values of their own under this name: script rewrites the cookie. */
  #rewrites(of: { readonly nameId: number; readonly application: LedgerApplication }): boolean {
    const { application, nameId } = of;
    const healthy = ((this.#slab.bytes[this.#counters] ?? 0) & sessionFlag.healthy) !== 0;
    application.learnRewrite(nameId, healthy);
    return application.isRewritten(nameId);
  }

  /** Charges what was owed and not answered, and counts the chances that were passed. */
  #settleOwed(held: number, to: { readonly slot: number; readonly witness: CookieWitness }): void {
    const { words, bytes } = this.#slab;
    let outside = false;
    let ghosts = false;
    const teaches = ((bytes[this.#counters] ?? 0) & sessionFlag.healthy) !== 0;
    for (let i = 0; i < held; i++) {
      const placed = this.#status[i];
      outside ||= placed === status.outOfScope;
      ghosts ||= placed === status.ghost;
      if (placed === status.grace && this.#answered[i] === 0) this.#noteLag(i);
      if (placed !== status.due) continue;
      const at = this.#slab.cookieAt(this.#slot, i) + field.obligations;
      const counts = words[at] ?? 0;
      const owed = counts & 0xff;
      const answered = this.#answered[i] === 1;
      if (teaches) to.witness.owed(to.slot, (words[at - field.obligations] ?? 0) >>> 16, answered);
      if (owed < opportunitiesMax) words[at] = (counts + 1 + (answered ? 0x100 : 0)) >>> 0;
      if (answered) countKept(bytes, this.#counters + counter.obligations);
      else {
        countBroken(bytes, this.#counters + counter.obligations);
        this.#noteLag(i);
      }
    }
    if (outside && !this.#scopedCharged) countKept(bytes, this.#counters + counter.scoped);
    if (ghosts && !this.#ghostCharged) countKept(bytes, this.#counters + counter.ghosts);
  }

  /** Remembers the longest time after a change at which the old state was still sent. */
  #noteLag(index: number): void {
    const { words } = this.#slab;
    const at = this.#slab.cookieAt(this.#slot, index);
    const counts = words[at + field.obligations] ?? 0;
    const noted = (counts >>> 16) & 0xff;
    const lagMs = sinceTick(words[at + field.changedTick] ?? 0, this.#nowTick);
    if (counts >>> 24 === lagLearned || lagMs > lagMsMax) return;
    const seen = lagClass(lagMs);
    if (seen > noted) words[at + field.obligations] = ((counts & 0xff00_ffff) | (seen << 16)) >>> 0;
  }
}

/** How long ago a value of this name may have been issued and still be held. */
function lifetimeMsOf(application: LedgerApplication, nameId: number): Millis {
  const seconds = application.lifetimeSeconds[nameId] ?? Number.POSITIVE_INFINITY;
  return 1000 * Math.max(sessionCookieLifetimeSecondsMin, Math.min(lifetimeSecondsMax, seconds));
}

/** Age of a jar in classes: 1 below an hour, 2 below a day, 3 below a week, 4 older. */
function maturityOf(ageMs: Millis): number {
  if (ageMs < 3600_000) return 1;
  if (ageMs < 24 * 3600_000) return 2;
  return ageMs < 7 * 24 * 3600_000 ? 3 : 4;
}
