import { type Exchange, type Millis, WindowClock, type WindowColumns, WindowRows } from "#core";
import { type Facts, methodCode } from "../features/facts.ts";
import { foldHashed, mix32 } from "../sessions/text-hash.ts";
import type { FactSources } from "./fact-view.ts";
import { requestAccount } from "./request-account.ts";
import { addressKey, countryKey, networkKey, subnetKey } from "./request-keys.ts";
import { eventId, isSubmission } from "./request-steps.ts";
import { type SessionBook, sessionLast, sessionSum } from "./session-book.ts";
import {
  beyondIn,
  type CountTarget,
  type Group,
  readsOf,
  type Traffic,
  type WindowCall,
  type WindowLimit,
  type WindowRead,
  type WindowReads,
  type WindowWalk,
  walksOf,
} from "./window-reads.ts";
import { eventWords, type KeyWord, keyWords, type ValueWord, valueWords, windows, windowWords } from "./words.ts";

interface SetTarget extends CountTarget {
  readonly value: ValueWord;
  readonly needs: "account" | "token" | "";
}

const keyPlace: Readonly<Record<KeyWord, number>> = Object.freeze(
  Object.fromEntries(keyWords.map((word, index) => [word, index])) as Record<KeyWord, number>,
);

/** Words that mean the same for every request of a session while its address stays. */
const steadyWords: ReadonlySet<string> = new Set([
  "session",
  "address",
  "subnet",
  "network",
  "country",
  "agent",
  "presentation",
  "site",
]);

/** Counts and sets in sliding windows, kept where a rule asks: one row per key, touched once a request. */
export class WindowBook {
  /** Where sessions note what their requests share. */
  sessions: SessionBook | undefined;
  readonly #sources: FactSources;
  readonly #clock = new WindowClock(Object.values(windows));
  readonly #groups: Group[] = [];
  readonly #counts: (CountTarget[] | undefined)[] = new Array(eventWords.length).fill(undefined);
  readonly #sets: SetTarget[] = [];
  /** Those of the sets that change within a session: all that is looked at once the others were noted in this minute. */
  readonly #movingSets: SetTarget[] = [];
  readonly #countByPlace = new Map<string, CountTarget>();
  readonly #setByPlace = new Map<string, SetTarget>();
  /** Keys of the request at hand, worked out once each; 0: not yet. */
  readonly #keys = new Uint32Array(keyWords.length);
  #serial = 0;

  constructor(sources: FactSources) {
    this.#sources = sources;
  }

  /** Begins to keep these counts and sets, by the words of their calls. What was kept before stays. */
  follow(counts: readonly (readonly string[])[], sets: readonly (readonly string[])[]): void {
    for (const words of counts) this.#followCount(words);
    for (const words of sets) this.#followSet(words);
    for (const group of this.#groups) this.#arrange(group);
  }

  /** Points at a request: its keys are not known yet. */
  begin(at: Millis): void {
    this.#clock.set(at);
    this.#keys.fill(0);
    this.#serial = (this.#serial + 1) >>> 0;
  }

  /** An event of the request at hand; `by` -1 takes one back. */
  event(event: number, { facts, exchange, by }: RequestStep): void {
    const targets = this.#counts[event];
    if (targets === undefined) return;
    for (const { group, column } of targets) {
      const row = by > 0 ? this.#open(group, facts, exchange) : this.#find(group, facts, exchange);
      if (row >= 0) group.rows?.add(row, column, by);
    }
  }

  /** An event that no request was seen for, for whoever has a key; other words count it for nobody. */
  told(event: number, keys: ReadonlyMap<KeyWord, number>, at: Millis): void {
    const targets = this.#counts[event];
    if (targets === undefined) return;
    this.begin(at);
    for (const { group, column } of targets) {
      const row = group.rows?.open(keys.get(group.word) ?? 0) ?? -1;
      if (row >= 0) group.rows?.add(row, column, 1);
    }
  }

  /** Notes what the request shows. `noted`: what stays the same in its session was noted within this minute. */
  meet(facts: Facts, exchange: Exchange, { noted }: { readonly noted: boolean }): void {
    const { token } = exchange.request;
    const account = requestAccount(this.sessions, facts, exchange);
    for (const { group, column, value, needs } of noted ? this.#movingSets : this.#sets) {
      // Most requests carry no account and no token: their sets are not looked at.
      if ((needs === "account" && account === 0) || (needs === "token" && token === 0)) continue;
      const shown = this.#value(value, facts, exchange);
      if (shown === 0) continue;
      const row = this.#open(group, facts, exchange);
      if (row >= 0) group.rows?.meet(row, column, shown);
    }
  }

  /** Arranges limits by the tables that answer for them. A call that nobody follows is unknown and reaches none. */
  walk(limits: readonly WindowLimit[]): readonly WindowWalk[] {
    return walksOf(limits, (call) => this.#target(call));
  }

  /** Writes the positions of limits that the request at hand reaches behind the `count` that `into` holds. */
  beyond(
    walks: readonly WindowWalk[],
    { facts, exchange }: { readonly facts: Facts; readonly exchange: Exchange },
    { into, count }: { readonly into: Uint16Array; readonly count: number },
  ): number {
    let found = count;
    for (const walk of walks) {
      // In quiet times nobody's row is near any limit, and no row is looked for.
      if (walk.group.rows?.ringsAnywhere(walk.looksAt) !== true) continue;
      const row = this.#find(walk.group, facts, exchange);
      if (row >= 0) found = beyondIn(walk, row, { into, count: found });
    }
    return found;
  }

  #target({ name, words }: WindowCall): CountTarget | undefined {
    return (name === "count" ? this.#countByPlace : this.#setByPlace).get(words);
  }

  /** Arranges calls by the tables that answer for them, to be read together; a call that nobody follows is left out. */
  gather(calls: readonly WindowRead[]): readonly WindowReads[] {
    return readsOf(calls, (call) => this.#target(call));
  }

  /** Writes what the readers of these calls would answer about the request at hand. */
  readInto(
    reads: readonly WindowReads[],
    { facts, exchange }: { readonly facts: Facts; readonly exchange: Exchange },
    into: Float64Array,
  ): void {
    for (const { group, counts, sets } of reads) {
      const { rows, word } = group;
      const row = this.#find(group, facts, exchange);
      const absent = this.key(word, facts, exchange) === 0 ? Number.NaN : 0;
      for (const { column, at } of counts) into[at] = row < 0 ? absent : (rows?.count(row, column) ?? Number.NaN);
      for (const { column, at } of sets) into[at] = row < 0 ? absent : (rows?.different(row, column) ?? Number.NaN);
    }
  }

  /** Reads `count(words)` of the request at hand: estimated events; unknown where it has no such key. */
  countReader(words: string): (facts: Facts, exchange: Exchange) => number {
    const target = this.#countByPlace.get(words);
    if (target === undefined) return () => Number.NaN;
    const { group, column } = target;
    return (facts, exchange) => {
      if (this.key(group.word, facts, exchange) === 0) return Number.NaN;
      const row = this.#find(group, facts, exchange);
      return row < 0 ? 0 : (group.rows?.count(row, column) ?? Number.NaN);
    };
  }

  /** Reads `distinct(words)`, likewise. */
  distinctReader(words: string): (facts: Facts, exchange: Exchange) => number {
    const target = this.#setByPlace.get(words);
    if (target === undefined) return () => Number.NaN;
    const { group, column } = target;
    return (facts, exchange) => {
      if (this.key(group.word, facts, exchange) === 0) return Number.NaN;
      const row = this.#find(group, facts, exchange);
      return row < 0 ? 0 : (group.rows?.different(row, column) ?? Number.NaN);
    };
  }

  /** The key of the request at hand under a word; 0 where it has none. */
  key(word: KeyWord, facts: Facts, exchange: Exchange): number {
    const place = keyPlace[word];
    const known = this.#keys[place] as number;
    if (known !== 0) return known;
    const made = this.#makeKey(word, facts, exchange);
    this.#keys[place] = made;
    return made;
  }

  #open(group: Group, facts: Facts, exchange: Exchange): number {
    if (group.serial === this.#serial && group.row >= 0) return group.row;
    group.serial = this.#serial;
    group.row = group.rows?.open(this.key(group.word, facts, exchange)) ?? -1;
    return group.row;
  }

  #find(group: Group, facts: Facts, exchange: Exchange): number {
    if (group.serial === this.#serial) return group.row;
    group.serial = this.#serial;
    group.row = group.rows?.find(this.key(group.word, facts, exchange)) ?? -1;
    return group.row;
  }

  #makeKey(word: KeyWord, facts: Facts, exchange: Exchange): number {
    const { sessions } = this;
    switch (word) {
      case "session":
        return mix32(
          Math.imul(facts.slot + 1, 0x9e3779b1) ^ ((sessions?.sum(facts.slot, sessionSum.startedAt) ?? 0) >>> 0),
        );
      case "address":
        return addressKey(facts);
      case "subnet":
        return subnetKey(facts);
      case "network":
        return networkKey(this.#sources.intel.network(exchange.client.ip).asn);
      case "country":
        return countryKey(this.#sources.intel.network(exchange.client.ip).country);
      case "account": {
        const account = requestAccount(sessions, facts, exchange);
        return account === 0 ? 0 : foldHashed(account);
      }
      case "token":
        return exchange.request.token === 0 ? 0 : foldHashed(exchange.request.token);
      case "presentation":
        return sessions?.last(facts.slot, sessionLast.presentation) ?? 0;
      case "cohort":
        return mix32(
          (sessions?.last(facts.slot, sessionLast.presentation) ?? 0) ^
            Math.imul(facts.endpoint * 2 + (facts.method > methodCode.head ? 2 : 1), 0x9e3779b1),
        );
      case "endpoint":
        return mix32(facts.endpoint + 1 + facts.application * 65_536);
      case "site":
        return mix32(facts.application + 0x517e);
    }
  }

  #value(word: ValueWord, facts: Facts, exchange: Exchange): number {
    if (word === "path") return facts.pathHash;
    if (word === "query") return facts.urlHash;
    if (word === "agent") return mix32(facts.agent + 1);
    if (word === "password") return exchange.request.password;
    return this.key(word, facts, exchange);
  }

  #followCount(words: readonly string[]): void {
    const [name = "", key = "", window = ""] = words;
    const place = words.join(",");
    const event = eventId.get(name);
    if (event === undefined || this.#countByPlace.has(place)) return;
    const identified = key === "account" || key === "token";
    const group = this.#group(key, identified ? "identified" : isSubmission(event) ? "submissions" : "everybody");
    const target = { group, column: group.counters.push({ name, window: windowPlace(window) }) - 1 };
    this.#countByPlace.set(place, target);
    const targets = this.#counts[event] ?? [];
    this.#counts[event] = targets;
    targets.push(target);
  }

  #followSet(words: readonly string[]): void {
    const [name = "", key = "", window = ""] = words;
    const place = words.join(",");
    const value = valueWords.find((word) => word === name);
    if (value === undefined || this.#setByPlace.has(place)) return;
    const carried = [name, key];
    const needs =
      carried.includes("account") || name === "password" ? "account" : carried.includes("token") ? "token" : "";
    const group = this.#group(key, needs === "" ? "everybody" : "identified");
    const steady = carried.every((word) => steadyWords.has(word));
    const column = group.sets.push({ name, window: windowPlace(window) }) - 1;
    const target = { group, column, value, needs } as const;
    this.#setByPlace.set(place, target);
    this.#sets.push(target);
    if (!steady) this.#movingSets.push(target);
  }

  #group(key: string, traffic: Traffic): Group {
    const word = keyWords.find((one) => one === key) ?? "address";
    const known = this.#groups.find((one) => one.word === word && one.traffic === traffic);
    if (known !== undefined) return known;
    const made: Group = { word, traffic, counters: [], sets: [], rows: undefined, row: -1, serial: -1 };
    this.#groups.push(made);
    return made;
  }

  /** Makes the group's table as wide as what is followed, with what it knew. */
  #arrange(group: Group): void {
    const { rows } = group;
    const columns: WindowColumns = {
      counters: group.counters.map(({ window }) => window),
      sets: group.sets.map(({ window }) => window),
    };
    const before = rows?.columns ?? { counters: [], sets: [] };
    if (
      rows !== undefined &&
      before.counters.length === columns.counters.length &&
      before.sets.length === columns.sets.length
    )
      return;
    const made = new WindowRows(columns, this.#clock, powerOfTwo(this.#sources.limits.factKeysMax));
    // Columns are only ever added, at the end.
    const kept = (now: readonly number[], then: readonly number[]): number[] =>
      now.map((_, column) => (column < then.length ? column : -1));
    if (rows !== undefined)
      made.takeOver(rows, {
        counters: kept(columns.counters, before.counters),
        sets: kept(columns.sets, before.sets),
      });
    group.rows = made;
    group.serial = -1;
  }
}

/** A request, and whether what it does is counted or taken back. */
export interface RequestStep {
  readonly facts: Facts;
  readonly exchange: Exchange;
  readonly by: 1 | -1;
}

/** The largest power of two that is not above the limit. */
export function powerOfTwo(limit: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(16, limit)));
}

function windowPlace(word: string): number {
  return Math.max(0, windowWords.indexOf(word));
}
