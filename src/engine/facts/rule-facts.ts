import type { Exchange, Verdict } from "#core";
import {
  layoutOf,
  placeOfCall,
  type RequestIdentity,
  type RuleFacts,
  type SpokenSignal,
  type Subject,
  type Vocabulary,
} from "#policy";
import { isAsset } from "../features/facts.ts";
import { foldHashed, mix32 } from "../sessions/text-hash.ts";
import { blankExchange, blankVerdict } from "./blank.ts";
import { FactBook } from "./fact-book.ts";
import { type FactSources, FactView } from "./fact-view.ts";
import { allFields } from "./fields/index.ts";
import type { Tagger } from "./tag-book.ts";
import { TagBook } from "./tag-book.ts";
import { tagStep } from "./tag-steps.ts";
import { ruleVocabulary } from "./vocabulary.ts";

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
}

const layout = layoutOf(ruleVocabulary);
type Reader = (view: FactView) => number;
const none: readonly string[] = [];

/** The engine's side: values are worked out when asked for, once per request, by place. */
export class LazyFacts implements LiveFacts, Subject {
  readonly vocabulary: Vocabulary = ruleVocabulary;
  readonly book: FactBook;
  readonly #view: FactView;
  readonly #readers: (Reader | undefined)[] = new Array(layout.numberCount).fill(undefined);
  readonly #textReaders: readonly ((view: FactView) => string)[];
  readonly #values: Float64Array = new Float64Array(layout.numberCount);
  readonly #valueAt: Uint32Array = new Uint32Array(layout.numberCount);
  readonly #identity = { session: 0, actor: 0, cohort: "", fingerprint: "" };
  #request = 1;
  #lists: ListLookup = () => undefined;
  tags: readonly string[] = none;
  signals: readonly SpokenSignal[] = [];
  subResource = false;
  /** Session counters behind places that the index walks, by the array of places; -1: none. */
  readonly #columns = new Map<Uint16Array, { readonly direct: Int16Array; readonly asked: readonly number[] }>();
  readonly #columnOf: Int16Array = new Int16Array(layout.numberCount).fill(-1);

  constructor(sources: FactSources) {
    this.book = new FactBook(sources);
    const tags = { names: none, ids: [] };
    this.#view = new FactView(sources, this.book, { exchange: blankExchange, verdict: blankVerdict, tags });
    const texts: ((view: FactView) => string)[] = [];
    let place = 0;
    for (const field of allFields) {
      if (field.type === "text") texts.push(field.read);
      else {
        if (field.column !== undefined) this.#columnOf[place] = field.column;
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

  number(place: number): number {
    if (this.#valueAt[place] === this.#request) return this.#values[place] as number;
    const reader = this.#readers[place];
    const value = reader === undefined ? Number.NaN : reader(this.#view);
    this.#valueAt[place] = this.#request;
    this.#values[place] = value;
    return value;
  }

  beyond(places: Uint16Array, limits: Float64Array, into: Uint16Array): number {
    let known = this.#columns.get(places);
    if (known === undefined) {
      if (this.#columns.size >= 4_096) this.#columns.clear();
      const direct = Int16Array.from(places, (place) => this.#columnOf[place] as number);
      const asked = [...direct.keys()].filter((at) => (direct[at] as number) < 0);
      known = { direct, asked };
      this.#columns.set(places, known);
    }
    let count = this.book.sessions?.beyond(this.#view.slot, known.direct, limits, into) ?? 0;
    for (const at of known.asked) if (this.number(places[at] as number) >= (limits[at] as number)) into[count++] = at;
    return count;
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
    this.#readers[placeOfCall(places, words)] = this.#readerOf(name, joined);
  }

  #readerOf(name: string, words: string): Reader {
    const { book } = this;
    if (name === "count") return ({ facts, exchange }) => book.countOf(words, facts, exchange);
    if (name === "distinct") return ({ facts, exchange }) => book.distinctOf(words, facts, exchange);
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
