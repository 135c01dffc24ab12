import type { Exchange, Hashed, Millis, Signal } from "#core";
import { rowFlag } from "../clients/client-table.ts";
import { jarDetectors, orchestrationDetectors } from "../detectors/orchestration-detectors.ts";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { counter } from "../features/counters.ts";
import { type Facts, isAsset, isPage, methodCode } from "../features/facts.ts";
import { isLoadingParts } from "../features/pages.ts";
import type { FeatureState } from "../features/state.ts";
import { Orchestration, type OrchestrationCase } from "../intent/orchestration.ts";
import { type RestoreOutcome, restoreSnapshot, type SnapshotOptions, saveSnapshot } from "../intent/snapshot.ts";
import { sessionFlag } from "../sessions/session-table.ts";
import { foldHashed } from "../sessions/text-hash.ts";

/** Endpoint numbers of the intent graph; reading and writing at one path are two endpoints. */
const numbersMax = 4_096;

/**
 * The cookie ledger and the intent graph as the guard drives them. Nothing is reserved until a connector shows cookies
 * both ways: a plain access log costs nothing here.
 *
 * Baselines are taught only by sessions that scarce facts vouch for: a log-in that the application accepted, from a
 * client that loads its pages and returns its cookies; one vote per account (or cookie identity) and day. A library
 * with stolen credentials lacks the side effects, so it cannot teach that libraries are normal (poisoning).
 */
export class OrchestrationPart {
  readonly #state: FeatureState;
  readonly #sessionsMax: number;
  readonly #numbers: Uint16Array;
  readonly #described: Uint8Array = new Uint8Array(numbersMax + 1);
  readonly #applicationName: (index: number) => string;
  #orchestration: Orchestration | undefined;
  #last = 0;

  constructor(
    state: FeatureState,
    options: {
      readonly sessionsMax: number;
      readonly endpointsMax: number;
      readonly applicationName: (index: number) => string;
    },
  ) {
    this.#state = state;
    this.#sessionsMax = options.sessionsMax;
    this.#numbers = new Uint16Array(options.endpointsMax * 2);
    this.#applicationName = options.applicationName;
  }

  /** The graph and ledger, or undefined while no connector has shown cookies both ways. */
  get orchestration(): Orchestration | undefined {
    return this.#orchestration;
  }

  get bytesPerSession(): number {
    return this.#orchestration === undefined
      ? 0
      : this.#orchestration.ledger.slab.bytesPerSession(this.#state.sessions.size);
  }

  request(facts: Facts, exchange: Exchange): void {
    const { observes } = exchange;
    const open = this.#isOpen(facts.slot);
    if (!open && !(observes.cookies && observes.setCookie === "all" && observes.response)) return;
    const orchestration = this.#ensure();
    if (!open) {
      orchestration.open(facts.slot, this.#applicationName(facts.application), facts.at);
      this.#state.sessions.setFlag(facts.slot, sessionFlag.ledger);
    }
    orchestration.request(facts.slot, exchange, { endpoint: this.#numberOf(facts), now: facts.at });
  }

  response(facts: Facts, exchange: Exchange): void {
    const orchestration = this.#orchestration;
    if (orchestration === undefined || !this.#isOpen(facts.slot)) return;
    const now = facts.at + Math.max(0, exchange.response?.durationMs ?? 0);
    orchestration.response(facts.slot, exchange, { endpoint: this.#numberOf(facts), now });
    this.#vouch(orchestration, { facts, exchange, now });
  }

  /** What the ledger and the graph say about a live session. */
  signals(slot: number): readonly Signal[] {
    const orchestration = this.#orchestration;
    if (orchestration === undefined || slot < 0 || !this.#isOpen(slot)) return none;
    const subject = orchestration.subject(slot);
    let found: Signal[] | undefined;
    // Most jars are whole: then the first detectors have nothing to say.
    for (let i = subject.ledger.broken ? 0 : jarDetectors.length; i < orchestrationDetectors.length; i++) {
      const signal = orchestrationDetectors[i]?.inspect(subject);
      if (signal === undefined) continue;
      found ??= [];
      found.push(signal);
    }
    return found ?? none;
  }

  /** Ledger and graph rows of a live session; undefined where cookies are not observed. */
  subject(slot: number): OrchestrationCase | undefined {
    return this.#isOpen(slot) ? this.#orchestration?.subject(slot) : undefined;
  }

  /** Several people share this session's key: nothing that one of them lacks is charged. */
  share(slot: number): void {
    if (this.#isOpen(slot)) this.#orchestration?.share(slot);
  }

  /** Forgetting and refitting, some ten milliseconds at most: called by the sweep, never per request. */
  maintain(now: Millis): void {
    this.#orchestration?.maintain(now);
  }

  close(slot: number, cohort: number, at: Millis): void {
    if (!this.#isOpen(slot)) return;
    this.#state.sessions.clearFlag(slot, sessionFlag.ledger);
    this.#orchestration?.settle(slot, { cohort }, at);
    this.#orchestration?.close(slot);
  }

  #isOpen(slot: number): boolean {
    return this.#state.sessions.flag(slot, sessionFlag.ledger);
  }

  /** What the ledger and the graph have learned, as bytes; undefined while no connector has shown cookies both ways. */
  save(options: SnapshotOptions): Uint8Array | undefined {
    return this.#orchestration === undefined ? undefined : saveSnapshot(this.#orchestration, options);
  }

  /** Puts it back; endpoints must be known again. */
  restore(bytes: Uint8Array, options: SnapshotOptions): RestoreOutcome {
    const orchestration = this.#ensure();
    return restoreSnapshot(orchestration, bytes, { ...options, endpointOf: (name) => this.#numberNamed(name) });
  }

  /** Number of "GET /template" or "POST /template"; 0 when there is no such endpoint or no number left. */
  #numberNamed(name: string): number {
    const writes = name.startsWith("POST ");
    const endpoint = this.#state.endpoints.find(name.slice(name.indexOf(" ") + 1));
    if (endpoint < 0) return 0;
    const number = this.#numberAt(endpoint, writes);
    if (number > 0 && this.#described[number] === 0)
      this.#describe(number, { endpoint, class: this.#state.endpoints.classOf(endpoint) }, writes);
    return number;
  }

  #ensure(): Orchestration {
    this.#orchestration ??= new Orchestration({ sessionsMax: this.#sessionsMax });
    return this.#orchestration;
  }

  #vouch(
    orchestration: Orchestration,
    { facts, exchange, now }: { readonly facts: Facts; readonly exchange: Exchange; readonly now: Millis },
  ): void {
    if (facts.class !== endpointClass.login || facts.method !== methodCode.post) return;
    const { clients, sessions } = this.#state;
    const status = exchange.response?.status ?? 0;
    const letIn = status >= 200 && status < 400 && clients.get(facts.row, counter.loginFailures) < 3;
    // The page with the form is mostly still counted as loading: that it asked for its parts is known all the same.
    const loads = clients.get(facts.row, counter.pagesClosed) > 0 || isLoadingParts(this.#state, facts.slot);
    const whole = loads && clients.get(facts.row, counter.cookieReturned) > 0;
    if (!letIn || !whole || clients.flag(facts.row, rowFlag.convicted)) return;
    const voter: Hashed = exchange.request.account || sessions.identityOf(facts.slot);
    if (voter === 0) return;
    const network = foldHashed((facts.words[0] as number) + ((facts.words[3] as number) >>> 8));
    orchestration.anchor(facts.slot, { voter, cohort: network }, now);
    clients.setFlag(facts.row, rowFlag.anchored);
  }

  /** Number of an endpoint and manner (reading or writing), given out as they appear; 0 when all are taken. */
  #numberOf(facts: Facts): number {
    const writes = facts.method > methodCode.head;
    const number = this.#numberAt(facts.endpoint, writes);
    if (number > 0 && this.#described[number] !== facts.class + 1) this.#describe(number, facts, writes);
    return number;
  }

  #numberAt(endpoint: number, writes: boolean): number {
    const place = endpoint * 2 + (writes ? 1 : 0);
    const known = this.#numbers[place] as number;
    if (known !== 0 || this.#last >= numbersMax) return known;
    this.#numbers[place] = ++this.#last;
    return this.#last;
  }

  #describe(number: number, facts: Pick<Facts, "endpoint" | "class">, writes: boolean): void {
    this.#described[number] = facts.class + 1;
    const purpose = facts.class;
    const page = isPage(purpose) && !writes;
    const sort = isAsset(purpose) ? "asset" : page ? "page" : "other";
    const sensitive =
      writes &&
      (purpose === endpointClass.login || purpose === endpointClass.signup || purpose === endpointClass.checkout);
    const name = `${writes ? "POST" : "GET"} ${this.#state.endpoints.template(facts.endpoint)}`;
    this.#ensure().describe(number, { name, sort, sensitive });
  }
}

const none: readonly Signal[] = [];
