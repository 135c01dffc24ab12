import type { Exchange, Hashed, Millis, Verdict } from "#core";
import {
  type FactMoment,
  layoutOf,
  placeOfCall,
  type RequestIdentity,
  type RuleFacts,
  type SpokenSignal,
  type Subject,
  type Vocabulary,
} from "#policy";
import { type Facts, isAsset } from "../features/facts.ts";
import { AddressBook } from "../sessions/address.ts";
import { foldHashed, mix32 } from "../sessions/text-hash.ts";
import { blankExchange, blankVerdict } from "./blank.ts";
import { FactBook } from "./fact-book.ts";
import { type FactSources, FactView } from "./fact-view.ts";
import type { Gate, NumberField } from "./field.ts";
import { allFields } from "./fields/index.ts";
import { gates } from "./gates.ts";
import { addressKey, countryKey, networkKey, subnetKey } from "./request-keys.ts";
import { isSubmitted, toldOf } from "./request-steps.ts";
import type { SessionLimit, SessionWalk } from "./session-book.ts";
import type { Tagger } from "./tag-book.ts";
import { TagBook } from "./tag-book.ts";
import { tagStep } from "./tag-steps.ts";
import { ruleVocabulary } from "./vocabulary.ts";
import type { WindowCall, WindowLimit, WindowRead, WindowReads, WindowWalk } from "./window-reads.ts";
import type { KeyWord } from "./words.ts";

/** Is `value` on the operator's list of that name? Undefined: there is no such list. */
export type ListLookup = (list: string, value: string) => boolean | undefined;

/**
 * What rules may ask about the request judged last. The engine owns it and keeps only what loaded rules read:
 *
 *     engine.facts.follow(ruleSet.reads);            // once per load of rules
 *     const verdict = engine.inspect(exchange);
 *     const outcome = ruleSet.decide(engine.facts.subject(exchange, verdict));
 *
 * The subject is one reused object and speaks of the exchange inspected last, until the next call into the engine.
 */
export interface LiveFacts extends RuleFacts {
  /** Takes how operators tagged endpoints; what it leaves undefined is guessed from the words of the template. */
  tagWith(tagger: Tagger): void;
  /** Takes the operators' lists. */
  listWith(lookup: ListLookup): void;
  /** Counts a step that the application told of, as `<tag>.told` of its account, address, subnet, network and country. */
  told(step: ToldStep): void;
}

const layout = layoutOf(ruleVocabulary);
/** Functions that count steps of a session: none was taken while the session submitted nothing. */
const counted: ReadonlySet<string> = new Set(["visits", "failures", "successes"]);
const gateNames = Object.keys(gates) as readonly Gate[];
/** Buckets of rules whose places are remembered. */
const walksMax = 4_096;
/** Lists of places whose reads are remembered: each load of rules brings one. */
const readsMax = 8;

/** How the places of one bucket of rules are read: numbers of the session and windows at once, others one by one or behind a gate. */
interface Walked {
  /** Undefined while no session is followed. */
  readonly session: SessionWalk | undefined;
  readonly windows: readonly WindowWalk[];
  readonly asked: Uint16Array;
  readonly gated: readonly { readonly open: (view: FactView) => boolean; readonly behind: Uint16Array }[];
}

/** Places that are read together: calls of windows by their tables, others one by one. */
interface GatheredReads {
  readonly windows: readonly WindowReads[];
  readonly asked: Uint16Array;
}

/** Places of a bucket while it is worked out how they are read: which positions are left to be asked. */
interface Walking {
  readonly places: Uint16Array;
  readonly limits: Float64Array;
  readonly left: Set<number>;
}

type Reader = (view: FactView) => number;
const none: readonly string[] = [];

/** A step that the application told of: a trial it opened, an invitation it rewarded. */
export interface ToldStep {
  /** Name of a tag; others are nothing that rules can ask about. */
  readonly tag: string;
  readonly at: Millis;
  /** As requests carry it; 0: not told. */
  readonly account: Hashed;
  /** Empty: not told. */
  readonly ip: string;
}

/** The engine's side: values are worked out when asked for, once per request, by place. */
export class LazyFacts implements LiveFacts, Subject {
  readonly vocabulary: Vocabulary = ruleVocabulary;
  readonly book: FactBook;
  readonly #view: FactView;
  readonly #readers: (Reader | undefined)[] = new Array(layout.numberCount).fill(undefined);
  readonly #textReaders: readonly ((view: FactView) => string)[];
  readonly #values: Float64Array = new Float64Array(layout.numberCount);
  readonly #valueAt: Uint32Array = new Uint32Array(layout.numberCount);
  readonly #identity = { session: 0, actor: 0, account: 0, cohort: "", fingerprint: "" };
  #request = 1;
  #lists: ListLookup = () => undefined;
  #later: (exchange: Exchange) => void = () => undefined;
  #moment: FactMoment = "request";
  /** Addresses that applications tell of are addresses: no names are kept. */
  readonly #addresses = new AddressBook(0);
  readonly #words: Uint32Array = new Uint32Array(4);
  tags: readonly string[] = none;
  signals: readonly SpokenSignal[] = [];
  subResource = false;
  /** How the index's walks are read, by their array of places. */
  readonly #walks = new Map<Uint16Array, Walked>();
  /** How lists of places are read whole, by their array. */
  readonly #reads = new Map<Uint16Array, GatheredReads>();
  /** Calls that count in windows, by their place. */
  readonly #windowCalls = new Map<number, WindowCall>();
  readonly #fieldOf: (NumberField | undefined)[] = new Array(layout.numberCount).fill(undefined);
  readonly #gateOf: (Gate | undefined)[] = new Array(layout.numberCount).fill(undefined);

  constructor(sources: FactSources) {
    this.book = new FactBook(sources);
    const tags = { names: none, ids: [] };
    this.#view = new FactView(sources, this.book, { exchange: blankExchange, verdict: blankVerdict, tags });
    const texts: ((view: FactView) => string)[] = [];
    let place = 0;
    for (const field of allFields) {
      if (field.type === "text") texts.push(field.read);
      else {
        this.#fieldOf[place] = field;
        this.#gateOf[place] = field.gate;
        this.#readers[place++] = field.read;
      }
    }
    this.#textReaders = texts;
  }

  follow(reads: Iterable<string>): void {
    const list = [...reads];
    this.book.follow(list);
    for (const read of list) {
      const call = /^(\w+)\((.*)\)$/.exec(read);
      if (call !== null) this.#followCall(call[1] ?? "", (call[2] ?? "").split(","));
    }
  }

  subject(exchange: Exchange, verdict: Verdict): Subject {
    this.#request = (this.#request + 1) >>> 0;
    if (this.#request === 0) {
      this.#valueAt.fill(0);
      this.#request = 1;
    }
    this.#view.point(exchange, verdict);
    this.tags = this.#view.tags.names;
    this.signals = verdict.signals;
    this.subResource = isAsset(this.#view.facts.class);
    return this;
  }

  tagWith(tagger: Tagger): void {
    this.book.tags.tagWith(tagger);
  }

  listWith(lookup: ListLookup): void {
    this.#lists = lookup;
  }

  onAnswer(ask: (exchange: Exchange) => void): void {
    this.#later = ask;
  }

  moveWith(moment: FactMoment): void {
    this.#moment = moment;
  }

  /** A request came in and was counted everywhere else. */
  arrive(facts: Facts, exchange: Exchange): void {
    if (this.#moment === "request") this.book.request(facts, exchange);
  }

  /** The answer to a request is known, or that there is none; nothing has learned from it yet. */
  answer(facts: Facts, exchange: Exchange): void {
    if (this.#moment === "answer") this.book.request(facts, exchange);
    this.#later(exchange);
  }

  told({ tag, at, account, ip }: ToldStep): void {
    const id = TagBook.idOf(tag);
    if (id < 0) return;
    const keys = new Map<KeyWord, number>();
    if (account !== 0) keys.set("account", foldHashed(account));
    if (ip !== "") {
      this.#addresses.parse(ip, this.#words);
      const { asn, country } = this.#view.sources.intel.network(ip);
      keys.set("address", addressKey({ words: this.#words }));
      keys.set("subnet", subnetKey({ words: this.#words }));
      keys.set("network", networkKey(asn));
      keys.set("country", countryKey(country));
    }
    this.book.windows.told(toldOf(id), keys, at);
  }

  number(place: number): number {
    if (this.#valueAt[place] === this.#request) return this.#values[place] as number;
    const reader = this.#readers[place];
    const value = reader === undefined ? Number.NaN : reader(this.#view);
    this.#valueAt[place] = this.#request;
    this.#values[place] = value;
    return value;
  }

  readAll(places: Uint16Array, into: Float64Array): void {
    const { windows, asked } = this.#reads.get(places) ?? this.#gather(places);
    this.book.windows.readInto(windows, this.#view, into);
    for (let i = 0; i < asked.length; i++) {
      const at = asked[i] as number;
      into[at] = this.number(places[at] as number);
    }
  }

  #gather(places: Uint16Array): GatheredReads {
    if (this.#reads.size >= readsMax) this.#reads.clear();
    const left = new Set(places.keys());
    const calls = [...left].flatMap((at): WindowRead[] => {
      const call = this.#windowCalls.get(places[at] as number);
      if (call === undefined) return [];
      left.delete(at);
      return [{ at, ...call }];
    });
    const gathered = { windows: this.book.windows.gather(calls), asked: Uint16Array.from(left) };
    this.#reads.set(places, gathered);
    return gathered;
  }

  beyond(places: Uint16Array, limits: Float64Array, into: Uint16Array): number {
    const walked = this.#walks.get(places) ?? this.#walk(places, limits);
    const view = this.#view;
    let count = walked.session === undefined ? 0 : (this.book.sessions?.beyond(view.slot, walked.session, into) ?? 0);
    count = this.book.windows.beyond(walked.windows, view, { into, count });
    count = this.#ask(walked.asked, { places, limits, into, count });
    for (const { open, behind } of walked.gated)
      if (open(view)) count = this.#ask(behind, { places, limits, into, count });
    return count;
  }

  #ask(
    positions: Uint16Array,
    {
      places,
      limits,
      into,
      count,
    }: {
      readonly places: Uint16Array;
      readonly limits: Float64Array;
      readonly into: Uint16Array;
      readonly count: number;
    },
  ): number {
    let found = count;
    for (let i = 0; i < positions.length; i++) {
      const at = positions[i] as number;
      if (this.number(places[at] as number) >= (limits[at] as number)) into[found++] = at;
    }
    return found;
  }

  /** How the places of one bucket of rules are read. */
  #walk(places: Uint16Array, limits: Float64Array): Walked {
    if (this.#walks.size >= walksMax) this.#walks.clear();
    const left = new Set(places.keys());
    const walked: Walked = {
      session: this.book.sessions?.walk([...left].flatMap((at) => this.#limitAt(at, { places, limits, left }))),
      windows: this.book.windows.walk([...left].flatMap((at) => this.#windowAt(at, { places, limits, left }))),
      gated: gateNames.flatMap((gate) => {
        const behind = [...left].filter((at) => this.#gateOf[places[at] as number] === gate);
        for (const at of behind) left.delete(at);
        return behind.length === 0 ? [] : [{ open: gates[gate], behind: Uint16Array.from(behind) }];
      }),
      asked: Uint16Array.from(left),
    };
    this.#walks.set(places, walked);
    return walked;
  }

  /** A counter or sum of the session that answers for a position; it is then no longer left to be asked. */
  #limitAt(at: number, { places, limits, left }: Walking): SessionLimit[] {
    const field = this.#fieldOf[places[at] as number];
    const limit = limits[at] as number;
    const found: SessionLimit[] = [];
    if (field?.column !== undefined)
      found.push({ of: "counter", place: field.column, limit: field.columnLimit?.(limit) ?? limit, at });
    else if (field?.sum !== undefined)
      found.push({ of: "sum", place: field.sum.place, limit: limit * field.sum.times, at });
    // A limit that nothing reaches, too, must be asked: only what moves rings.
    if (found.some((one) => !(one.limit > 0))) return [];
    if (found.length > 0) left.delete(at);
    return found;
  }

  #windowAt(at: number, { places, limits, left }: Walking): WindowLimit[] {
    const call = this.#windowCalls.get(places[at] as number);
    const limit = limits[at] as number;
    if (call === undefined || !(limit > 0)) return [];
    left.delete(at);
    return [{ at, limit, ...call }];
  }

  text(place: number): string {
    const reader = this.#textReaders[place];
    return reader === undefined ? "" : reader(this.#view);
  }

  inList(list: string, value: string): boolean | undefined {
    return this.#lists(list, value);
  }

  /** A session stays on its side of a canary, and nobody can choose the side: the engine's seed is mixed in. */
  get canary(): number {
    return foldHashed(this.#session()) / 0x1_0000_0000;
  }

  identity(exchange: Exchange, judged: Verdict): RequestIdentity {
    const { facts, state } = this.#view.sources;
    this.#identity.session = this.#session();
    this.#identity.actor = exchange.request.account || state.sessions.identityOf(facts.slot) || this.#identity.session;
    this.#identity.account = this.book.accountOf(facts, exchange);
    this.#identity.cohort = cohortOf(judged);
    return this.#identity;
  }

  /** Never 0; the cookie identity of the session, else what its client key is made of. */
  #session(): number {
    const { facts, state, seed } = this.#view.sources;
    const identity = state.sessions.identityOf(facts.slot);
    const origin = state.sessions.originOf(facts.slot);
    return (identity === 0 ? mix32(origin ^ seed) : mix32(foldHashed(identity) ^ seed)) || 1;
  }

  #followCall(name: string, words: readonly string[]): void {
    const places = layout.functions.get(name);
    if (places === undefined) return;
    const joined = words.join(",");
    const place = placeOfCall(places, words);
    this.#readers[place] = this.#readerOf(name, joined);
    // Buckets are read anew: what was asked one by one may be a column now.
    this.#walks.clear();
    this.#reads.clear();
    if (name === "count" || name === "distinct") this.#windowCalls.set(place, { name, words: joined });
    if (counted.has(name) && isSubmitted(TagBook.idOf(joined))) this.#gateOf[place] = "submissions";
  }

  #readerOf(name: string, words: string): Reader {
    const { book } = this;
    if (name === "count" || name === "distinct") {
      const read = name === "count" ? book.windows.countReader(words) : book.windows.distinctReader(words);
      return ({ facts, exchange }) => read(facts, exchange);
    }
    const tag = TagBook.idOf(words);
    if (name === "since") return ({ slot, at }) => book.steps?.since(slot, tag, at) ?? Number.NaN;
    const step = name === "failures" ? tagStep.failed : name === "successes" ? tagStep.passed : tagStep.visits;
    return ({ slot }) => book.steps?.get(slot, tag, step) ?? Number.NaN;
  }
}

/** The convicted cohort that hits a request, or "". */
function cohortOf({ signals }: Verdict): string {
  const cohort = signals.find(({ detector }) => detector === "convicted-cohort")?.evidence.cohort;
  return typeof cohort === "string" ? cohort : "";
}
