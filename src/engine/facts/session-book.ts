import { assert, linearCount, type Millis } from "#core";
import { mix32 } from "../sessions/text-hash.ts";

/** What is counted exactly per session, saturating at 65,535. */
const counterNames = [
  "pages",
  "assets",
  "calls",
  "writes",
  "heads",
  "ok",
  "redirects",
  "notModified",
  "badRequest",
  "unauthorised",
  "forbidden",
  "notFound",
  "tooMany",
  "otherErrors",
  "serverErrors",
  "withQuery",
  "pagesNoReferer",
  "pagesForeignReferer",
  "odd",
  "sameUrl",
  "sameEndpointRun",
  "sameEndpointRunMax",
  "depthMax",
  "pageNumberMax",
  "pageSizeMax",
  "ranges",
  "conditional",
  "probes",
  "probeKinds",
  "gaps",
  "quickGaps",
  "methods",
  "agentChanges",
  "addressChanges",
  "ascending",
  "answersEmpty",
  "anonymousWrites",
  "tokens",
  "retriesAfterRefusal",
  "hosting",
  "vpn",
  "proxy",
  "tor",
  "mobileGateway",
  "corporate",
  "residentialProxy",
  "listed",
  "sharedAddress",
  "declared",
  "verifiable",
  "submissions",
  "differentPaths",
  "differentEndpoints",
  "differentQueries",
  "differentAccounts",
  "differentPasswords",
] as const;
export type SessionCounter = (typeof counterNames)[number];

/** Place of each counter in a session's row. */
export const sessionCounter: Readonly<Record<SessionCounter, number>> = Object.freeze(
  Object.fromEntries(counterNames.map((name, index) => [name, index])) as Record<SessionCounter, number>,
);

/** Sums per session. */
export const sessionSum = {
  startedAt: 0,
  bytes: 1,
  durationMs: 2,
  timed: 3,
  gapSum: 4,
  gapSquares: 5,
  gapMin: 6,
  logGapSum: 7,
  logGapSquares: 8,
  lastGap: 9,
  lastWriteAt: 10,
  lastPageAt: 11,
  /** No sum: the account that the session was let in to, 53 bits of a keyed hash; 0: none. */
  account: 12,
} as const;
const sums = 13;

/** Maps of what was different in a session, words of 32 bits each. */
export const sessionSet = {
  paths: 0,
  endpoints: 4,
  queries: 6,
  accounts: 8,
  passwords: 9,
} as const;
export type SessionSet = keyof typeof sessionSet;
const setWords: Readonly<Record<keyof typeof sessionSet, number>> = {
  paths: 4,
  endpoints: 2,
  queries: 2,
  accounts: 1,
  passwords: 1,
};
const sets = 10;
/** Where the bits set in each map are counted: what is different is a function of that number alone. */
const setCounter: Readonly<Record<SessionSet, number>> = {
  paths: sessionCounter.differentPaths,
  endpoints: sessionCounter.differentEndpoints,
  queries: sessionCounter.differentQueries,
  accounts: sessionCounter.differentAccounts,
  passwords: sessionCounter.differentPasswords,
};

/** Estimated different values behind so many bits of a set. */
const estimates: Readonly<Record<SessionSet, Float64Array>> = {
  paths: estimatesFor("paths"),
  endpoints: estimatesFor("endpoints"),
  queries: estimatesFor("queries"),
  accounts: estimatesFor("accounts"),
  passwords: estimatesFor("passwords"),
};

function estimatesFor(name: SessionSet): Float64Array {
  const bits = setWords[name] * 32;
  return Float64Array.from({ length: bits + 1 }, (_, set) => linearCount(set, bits));
}

/** The counter of a set's bits, and from which number of them the estimate reaches a limit: two numbers to compare. */
export const setColumn: {
  readonly of: (name: SessionSet) => number;
  readonly limit: (name: SessionSet, limit: number) => number;
} = {
  of: (name) => setCounter[name],
  limit(name, limit) {
    const bits = estimates[name].findIndex((estimate) => estimate >= limit);
    return bits < 0 ? Number.POSITIVE_INFINITY : bits;
  },
};
const latestWords = 8;
/** What the session did last, as hashes. */
export const sessionLast = {
  url: 0,
  endpoint: 1,
  agent: 2,
  address: 3,
  number: 4,
  presentation: 5,
  notedMinute: 6,
  /** What its program is: stays the same from request to request and over its updates. */
  device: 7,
} as const;

/** A gap shorter than this between two requests that are no sub-resources is no person's. */
const quickMs = 250;

/** A counter or a sum of the session, the limit above nothing that it may reach, and the position that answers for it. */
export interface SessionLimit {
  readonly of: "counter" | "sum";
  readonly place: number;
  readonly limit: number;
  readonly at: number;
}

/** What one bucket of rules looks for in a session. */
export interface SessionWalk {
  /** Counters and then sums that it looks at, as bits. */
  readonly looksAt: Uint32Array;
  /** By bit. */
  readonly limits: Float64Array;
  readonly at: Uint16Array;
}

/** Bits of all counters and sums, and the words that hold them. */
const bitsMax = counterNames.length + sums;
const bitWords = Math.ceil(bitsMax / 32);

/** Bytes of a session's row: five cache lines. */
const bookRowBytes = 320;
const row64 = bookRowBytes / 8;
const row32 = bookRowBytes / 4;
const row16 = bookRowBytes / 2;
/**
 * Where each sort of value begins in a row, in units of its own view; in front stands the number of the session that the row was
 * opened for. What every request looks at is in the first line: which counters and sums may have reached what somebody waits
 * for (none is missing, some may be too many), and what the session did last.
 */
const first = {
  ringing: 2,
  last: 2 + bitWords,
  counter: 28,
  sum: 28 / 4 + counterNames.length / 4,
  set: 2 * (28 / 4 + counterNames.length / 4 + sums),
} as const;
assert(first.last + latestWords <= first.counter / 2, "the first line of a session's row holds what it did last");
assert(Number.isInteger(first.sum) && first.set + sets <= row32, "a session's row holds its counters, sums and sets");

/**
 * What rules may ask of a live session, exact where the client's feature row is compact and fades. Reserved at the first
 * rule, 320 bytes a session; nothing of it survives the session.
 */
export class SessionBook {
  readonly #f64: Float64Array;
  readonly #u32: Uint32Array;
  readonly #u16: Uint16Array;
  readonly #u8: Uint8Array;
  /** What each counter and sum must reach to matter to some rule. */
  readonly #limits: Float64Array = new Float64Array(bitsMax).fill(Number.POSITIVE_INFINITY);

  constructor(sessionsMax: number) {
    // One page and few lines a request: what lies in many arrays costs a miss each.
    const buffer = new ArrayBuffer(sessionsMax * bookRowBytes);
    this.#f64 = new Float64Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#u16 = new Uint16Array(buffer);
    this.#u8 = new Uint8Array(buffer);
  }

  get bytesPerSession(): number {
    return bookRowBytes;
  }

  /** Was the slot opened for the session of this number? */
  isOpen(slot: number, number: number): boolean {
    return this.#f64[slot * row64] === number;
  }

  /** Empties the slot for the session of this number; times are counted from `at` on. */
  open(slot: number, number: number, at: Millis): void {
    this.#u8.fill(0, slot * bookRowBytes, (slot + 1) * bookRowBytes);
    this.#f64[slot * row64] = number;
    this.#f64[slot * row64 + first.sum + sessionSum.startedAt] = at;
  }

  count(slot: number, counter: number, by = 1): void {
    this.set(slot, counter, this.get(slot, counter) + by);
  }

  /** Arranges limits; from now on sessions that reach one are known by their bits. */
  walk(list: readonly SessionLimit[]): SessionWalk {
    const looksAt = new Uint32Array(bitWords);
    const limits = new Float64Array(bitsMax);
    const positions = new Uint16Array(bitsMax);
    const lowered = new Uint32Array(bitWords);
    for (const { of, place, limit, at } of list) {
      const bit = of === "counter" ? place : counterNames.length + place;
      looksAt[bit >> 5] = ((looksAt[bit >> 5] as number) | (1 << (bit & 31))) >>> 0;
      limits[bit] = limit;
      positions[bit] = at;
      if (limit >= (this.#limits[bit] as number)) continue;
      this.#limits[bit] = limit;
      lowered[bit >> 5] = ((lowered[bit >> 5] as number) | (1 << (bit & 31))) >>> 0;
    }
    // What stands in live sessions was counted while nobody asked.
    for (let at = first.ringing; at < this.#u32.length; at += row32)
      for (let word = 0; word < bitWords; word++)
        this.#u32[at + word] = ((this.#u32[at + word] as number) | (lowered[word] as number)) >>> 0;
    return { looksAt, limits, at: positions };
  }

  /** Writes which of these counters and sums stand at their limit or above, and returns how many. */
  beyond(slot: number, { looksAt, limits, at }: SessionWalk, into: Uint16Array): number {
    let count = 0;
    for (let word = 0; word < bitWords; word++) {
      let left = (this.#u32[slot * row32 + first.ringing + word] as number) & (looksAt[word] as number);
      while (left !== 0) {
        const bit = word * 32 + 31 - Math.clz32(left & -left);
        left &= left - 1;
        const value = this.#valueOf(slot, bit);
        if (value >= (limits[bit] as number)) into[count++] = at[bit] as number;
        else if (value < (this.#limits[bit] as number)) this.#hush(slot, bit);
      }
    }
    return count;
  }

  #valueOf(slot: number, bit: number): number {
    return bit < counterNames.length ? this.get(slot, bit) : this.sum(slot, bit - counterNames.length);
  }

  #ring(slot: number, bit: number): void {
    const at = slot * row32 + first.ringing + (bit >> 5);
    this.#u32[at] = ((this.#u32[at] as number) | (1 << (bit & 31))) >>> 0;
  }

  #hush(slot: number, bit: number): void {
    const at = slot * row32 + first.ringing + (bit >> 5);
    this.#u32[at] = ((this.#u32[at] as number) & ~(1 << (bit & 31))) >>> 0;
  }

  get(slot: number, counter: number): number {
    return this.#u16[slot * row16 + first.counter + counter] as number;
  }

  set(slot: number, counter: number, value: number): void {
    this.#u16[slot * row16 + first.counter + counter] = Math.max(0, Math.min(0xffff, value));
    if (value >= (this.#limits[counter] as number)) this.#ring(slot, counter);
  }

  raise(slot: number, counter: number, value: number): void {
    if (value > this.get(slot, counter)) this.set(slot, counter, value);
  }

  mark(slot: number, counter: number, bit: number): void {
    this.set(slot, counter, this.get(slot, counter) | (1 << (bit & 15)));
  }

  sum(slot: number, place: number): number {
    return this.#f64[slot * row64 + first.sum + place] as number;
  }

  addSum(slot: number, place: number, value: number): void {
    this.setSum(slot, place, this.sum(slot, place) + value);
  }

  setSum(slot: number, place: number, value: number): void {
    this.#f64[slot * row64 + first.sum + place] = value;
    const bit = counterNames.length + place;
    if (value >= (this.#limits[bit] as number)) this.#ring(slot, bit);
  }

  /** Notes a value among the session's different ones. */
  meet(slot: number, name: SessionSet, value: number): void {
    const bit = mix32(value ^ 0x3c6e) % (setWords[name] * 32);
    const place = slot * row32 + first.set + sessionSet[name] + (bit >> 5);
    const before = this.#u32[place] as number;
    const after = (before | (1 << (bit & 31))) >>> 0;
    if (after === before) return;
    this.#u32[place] = after;
    this.count(slot, setCounter[name]);
  }

  /** Estimated different values, by linear counting. */
  different(slot: number, name: SessionSet): number {
    return estimates[name][this.get(slot, setCounter[name])] as number;
  }

  last(slot: number, place: number): number {
    return this.#u32[slot * row32 + first.last + place] as number;
  }

  setLast(slot: number, place: number, value: number): void {
    this.#u32[slot * row32 + first.last + place] = value >>> 0;
  }

  /** One gap between two requests that are no sub-resources. */
  gap(slot: number, gapMs: Millis): void {
    const seconds = gapMs / 1_000;
    this.count(slot, sessionCounter.gaps);
    if (gapMs < quickMs) this.count(slot, sessionCounter.quickGaps);
    this.setSum(slot, sessionSum.lastGap, seconds);
    this.addSum(slot, sessionSum.gapSum, seconds);
    this.addSum(slot, sessionSum.gapSquares, seconds * seconds);
    const log = Math.log(Math.max(0.01, seconds));
    this.addSum(slot, sessionSum.logGapSum, log);
    this.addSum(slot, sessionSum.logGapSquares, log * log);
    const least = this.sum(slot, sessionSum.gapMin);
    if (this.get(slot, sessionCounter.gaps) === 1 || seconds < least) this.setSum(slot, sessionSum.gapMin, seconds);
  }
}
