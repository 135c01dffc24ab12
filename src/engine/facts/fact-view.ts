import type { DeclaredBot, Exchange, engineLimits, Hashed, Intel, LimitValues, Millis, Network, Verdict } from "#core";
import { rowBytes, type rowFloat } from "../clients/client-table.ts";
import { type AddressFacts, noAddressFacts } from "../detectors/case.ts";
import type { Facts } from "../features/facts.ts";
import type { FeatureState } from "../features/state.ts";
import type { OrchestrationCase } from "../intent/orchestration.ts";
import type { AgentEntry } from "../sessions/agent-book.ts";
import type { FactBook } from "./fact-book.ts";
import { carriesHeader, HeaderMarks, type StrangeHeader, type UsualHeader } from "./header-marks.ts";
import { jarOf, requestAccount } from "./request-account.ts";
import { sessionCounter, sessionLast } from "./session-book.ts";
import type { TagSet } from "./tag-book.ts";

/** What the engine lends to facts; all of it is read, nothing is kept. */
export interface FactSources {
  readonly facts: Facts;
  /** Drawn per installation: mixed into what must not be chosen from outside. */
  readonly seed: number;
  readonly state: FeatureState;
  readonly intel: Intel;
  readonly limits: LimitValues<typeof engineLimits>;
  readonly agents: { entry(id: number): AgentEntry };
  readonly neighbours: { facts(words: Uint32Array): AddressFacts | undefined };
  readonly reader: { applicationName(index: number): string };
  /** Ledger and graph rows of a live session, where cookies are observed. */
  readonly orchestration: { subject(slot: number): OrchestrationCase | undefined };
  /** What the session's own requests enumerate. */
  readonly enumeration: {
    ofSession(facts: Facts): { readonly requests: number; readonly distinct: number; readonly purity: number };
  };
  /** Bin of typicality of the session's walk: 0 too predictable, 1 as people go, 2 as nobody goes, -1 unknown. */
  readonly sequence: { bin(slot: number): number };
  /** Number of the session in a slot since the process started: tells it from who had the slot before. */
  readonly trails: { numberOf(slot: number): number };
  /** Several people were seen behind the live session's address within a day, or a list says so. */
  isShared(slot: number): boolean;
}

/**
 * What the readers of fields see: the request just judged and everything around it. One object, pointed at one request
 * after the other.
 */
export class FactView {
  readonly sources: FactSources;
  readonly book: FactBook;
  exchange: Exchange;
  verdict: Verdict;
  tags: TagSet;
  #network: Network | undefined;
  #bot: DeclaredBot | undefined;
  #botKnown = false;
  #address: AddressFacts | undefined;
  /** -1: not looked at yet. */
  #marks = -1;
  readonly #shapes = new HeaderMarks();

  constructor(
    sources: FactSources,
    book: FactBook,
    { exchange, verdict, tags }: { readonly exchange: Exchange; readonly verdict: Verdict; readonly tags: TagSet },
  ) {
    this.sources = sources;
    this.book = book;
    this.exchange = exchange;
    this.verdict = verdict;
    this.tags = tags;
  }

  point(exchange: Exchange, verdict: Verdict): void {
    this.exchange = exchange;
    this.verdict = verdict;
    this.tags = this.book.tagsOf(this.sources.facts);
    this.#network = undefined;
    this.#bot = undefined;
    this.#botKnown = false;
    this.#address = undefined;
    this.#marks = -1;
  }

  get facts(): Facts {
    return this.sources.facts;
  }

  get at(): Millis {
    return this.sources.facts.at;
  }

  get slot(): number {
    return this.sources.facts.slot;
  }

  get row(): number {
    return this.sources.facts.row;
  }

  get network(): Network {
    this.#network ??= this.sources.intel.network(this.exchange.client.ip);
    return this.#network;
  }

  /** The bot that the user agent declares. */
  get bot(): DeclaredBot | undefined {
    if (!this.#botKnown) {
      // The session knows that its user agent declares none: no look into the table of names.
      if (this.session(sessionCounter.declared) !== 0)
        this.#bot = this.sources.intel.declaredBot(this.exchange.request.userAgent);
      this.#botKnown = true;
    }
    return this.#bot;
  }

  get address(): AddressFacts {
    this.#address ??= this.sources.neighbours.facts(this.facts.words) ?? noAddressFacts;
    return this.#address;
  }

  get agent(): AgentEntry {
    return this.sources.agents.entry(this.facts.agent);
  }

  /** The account that the request names or that its session was let in to; 0: none. */
  get account(): Hashed {
    return requestAccount(this.book.sessions, this.facts, this.exchange);
  }

  /** Hash of the program that the session's client is; 0 where sessions are not followed. */
  get device(): number {
    return this.book.sessions?.last(this.slot, sessionLast.device) ?? 0;
  }

  /** Hash of the cookie that the session is known by; 0: none. */
  get jar(): number {
    return jarOf(this.sources.state, this.slot);
  }

  /** A counter of the client's feature row by its place, 0-255, fading. */
  client(place: number): number {
    return this.sources.state.clients.get(this.row, place);
  }

  /** An exact counter of the session by its place. */
  session(place: number): number {
    return this.book.sessions?.get(this.slot, place) ?? Number.NaN;
  }

  /** A sum of the session. */
  sum(place: number): number {
    return this.book.sessions?.sum(this.slot, place) ?? Number.NaN;
  }

  get requests(): number {
    return this.sources.state.sessions.requestsOf(this.slot);
  }

  /** Ledger and graph of the session; undefined where the connector does not show every cookie. */
  get orchestration(): OrchestrationCase | undefined {
    const found = this.sources.orchestration.subject(this.slot);
    return found?.ledger.observed === true ? found : undefined;
  }

  float(place: (typeof rowFloat)[keyof typeof rowFloat]): number {
    return this.sources.state.clients.f32[this.row * (rowBytes / 4) + place] as number;
  }

  /** A request header's value by its lower-case name; empty when absent or when headers were not observed. */
  header(name: string): string {
    const { names, values } = this.exchange.request.headers;
    for (let i = 0; i < names.length; i++) {
      const found = names[i] as string;
      if (found.length === name.length && found.toLowerCase() === name) return values[i] ?? "";
    }
    return "";
  }

  /** Which headers the request carries that fields ask about. */
  get marks(): number {
    if (this.#marks < 0) this.#marks = this.#shapes.of(this.exchange);
    return this.#marks;
  }

  carries(which: UsualHeader | StrangeHeader): boolean {
    return carriesHeader(this.marks, which);
  }

  /** Were all request headers observed? Without, an absent header says nothing. */
  get headersObserved(): boolean {
    return this.exchange.observes.headers === "all";
  }
}
