import { linearCount, type Millis, popcount } from "#core";
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
} as const;
const sums = 12;

/** Maps of what was different in a session, words of 32 bits each. */
export const sessionSet = {
  paths: 0,
  endpoints: 4,
  queries: 6,
  accounts: 8,
  passwords: 9,
  hosts: 10,
  numbers: 11,
} as const;
const setWords: Readonly<Record<keyof typeof sessionSet, number>> = {
  paths: 4,
  endpoints: 2,
  queries: 2,
  accounts: 1,
  passwords: 1,
  hosts: 1,
  numbers: 1,
};
const sets = 12;
const latestWords = 7;
/** What the session did last, as hashes. */
export const sessionLast = {
  url: 0,
  endpoint: 1,
  agent: 2,
  address: 3,
  number: 4,
  presentation: 5,
  notedMinute: 6,
} as const;

/** A gap shorter than this between two requests that are no sub-resources is no person's. */
const quickMs = 250;

/**
 * What rules may ask of a live session, exact where the client's feature row is compact and fades. Reserved at the first
 * rule, about 280 bytes a session; nothing of it survives the session.
 */
export class SessionBook {
  readonly #counts: Uint16Array;
  readonly #sums: Float64Array;
  readonly #sets: Uint32Array;
  readonly #last: Uint32Array;

  constructor(sessionsMax: number) {
    this.#counts = new Uint16Array(sessionsMax * counterNames.length);
    this.#sums = new Float64Array(sessionsMax * sums);
    this.#sets = new Uint32Array(sessionsMax * sets);
    this.#last = new Uint32Array(sessionsMax * latestWords);
  }

  get bytesPerSession(): number {
    return counterNames.length * 2 + sums * 8 + (sets + latestWords) * 4;
  }

  open(slot: number, at: Millis): void {
    this.#counts.fill(0, slot * counterNames.length, (slot + 1) * counterNames.length);
    this.#sums.fill(0, slot * sums, (slot + 1) * sums);
    this.#sets.fill(0, slot * sets, (slot + 1) * sets);
    this.#last.fill(0, slot * latestWords, (slot + 1) * latestWords);
    this.#sums[slot * sums + sessionSum.startedAt] = at;
  }

  count(slot: number, counter: number, by = 1): void {
    const place = slot * counterNames.length + counter;
    this.#counts[place] = Math.max(0, Math.min(0xffff, (this.#counts[place] as number) + by));
  }

  /** Writes which of these counters stand at their limit or above; a column of -1 is none and stays out. */
  beyond(slot: number, columns: Int16Array, limits: Float64Array, into: Uint16Array): number {
    const base = slot * counterNames.length;
    let count = 0;
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at] as number;
      if (column >= 0 && (this.#counts[base + column] as number) >= (limits[at] as number)) into[count++] = at;
    }
    return count;
  }

  get(slot: number, counter: number): number {
    return this.#counts[slot * counterNames.length + counter] as number;
  }

  set(slot: number, counter: number, value: number): void {
    this.#counts[slot * counterNames.length + counter] = Math.max(0, Math.min(0xffff, value));
  }

  raise(slot: number, counter: number, value: number): void {
    if (value > this.get(slot, counter)) this.set(slot, counter, value);
  }

  mark(slot: number, counter: number, bit: number): void {
    const place = slot * counterNames.length + counter;
    this.#counts[place] = (this.#counts[place] as number) | (1 << (bit & 15));
  }

  sum(slot: number, place: number): number {
    return this.#sums[slot * sums + place] as number;
  }

  addSum(slot: number, place: number, value: number): void {
    const at = slot * sums + place;
    this.#sums[at] = (this.#sums[at] as number) + value;
  }

  setSum(slot: number, place: number, value: number): void {
    this.#sums[slot * sums + place] = value;
  }

  /** Notes a value among the session's different ones. */
  meet(slot: number, name: keyof typeof sessionSet, value: number): void {
    const bit = mix32(value ^ 0x3c6e) % (setWords[name] * 32);
    const place = slot * sets + sessionSet[name] + (bit >> 5);
    this.#sets[place] = ((this.#sets[place] as number) | (1 << (bit & 31))) >>> 0;
  }

  /** Estimated different values, by linear counting. */
  different(slot: number, name: keyof typeof sessionSet): number {
    const words = setWords[name];
    let set = 0;
    const from = slot * sets + sessionSet[name];
    for (let word = from; word < from + words; word++) set += popcount(this.#sets[word] as number);
    return linearCount(set, words * 32);
  }

  last(slot: number, place: number): number {
    return this.#last[slot * latestWords + place] as number;
  }

  setLast(slot: number, place: number, value: number): void {
    this.#last[slot * latestWords + place] = value >>> 0;
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
