import { combine32, type Exchange, type Millis, type Signal } from "#core";
import { GapLaws } from "../auth/gap-law.ts";
import { asksSecondFactor } from "../auth/second-factor.ts";
import { rowFlag } from "../clients/client-table.ts";
import {
  Cohorts,
  type Conviction,
  cohortAxisCount,
  cohortAxisIndex,
  groupings,
  logPause,
  type Membership,
  type SavedCohorts,
  type Sighting,
  writeCohortKeys,
} from "../cohorts/index.ts";
import { endpointClass } from "../endpoints/endpoint-class.ts";
import { counter } from "../features/counters.ts";
import type { Facts } from "../features/facts.ts";
import { isLoadingParts } from "../features/pages.ts";
import { networkClass } from "../networks.ts";
import { type SessionTable, slot8, slot32 } from "../sessions/session-table.ts";
import { foldHashed, hashText, mix32 } from "../sessions/text-hash.ts";
import { AnswerCounts } from "./answer-counts.ts";
import { failuresOf, fillSessionBins, rarity } from "./cohort-bins.ts";
import { type CohortSources, deviceOf, visitOf } from "./cohort-sources.ts";
import { CohortSteps, came, type Outcome, straightBit } from "./cohort-steps.ts";
import { convictionSignal } from "./conviction-signal.ts";
import { FingerprintPart, type JudgedSession } from "./fingerprint-part.ts";
import { createTraits, fillTraits, strictKey } from "./session-traits.ts";
import type { WalkTrace } from "./walk-part.ts";

/** A session that never takes a sensitive step is reported when it came this far, or when it ends. */
const reportAfter = 8;
/** A first page has mostly loaded by then. */
const passAfter = 4;
/** Clients whose conviction is remembered for reports. */
const namedMax = 65_536;
/** Reports between two refits of the null. A refit looks at every cohort, a step with each report that follows. */
const refitEvery = 2_048;
/** Dimensions that must be known before a behaviour has a key, and the mark of those without. */
const knownMin = 4;
const unspecific = 1;
const none: readonly Signal[] = [];

/**
 * Judges sessions together. Each session is reported once, at its sensitive step or when it has shown enough; a convicted cohort then hits
 * its members from their first request on. 25 bytes per session beside its own row's look, step, log-in, behaviour and subject.
 */
export class CohortPart {
  readonly cohorts: Cohorts = new Cohorts();
  readonly #sources: CohortSources;
  readonly #sessions: SessionTable;
  readonly #steps: CohortSteps;
  /** How the session came to its sensitive step: bits of `came`. */
  readonly #came: Uint8Array;
  /** The pause of `gap` itself, as `logPause` writes it; -1: none. */
  readonly #pause: Int8Array;
  readonly #stack: Uint32Array;
  /** Commonness of the session's network when it began. */
  readonly #rare: Int8Array;
  /** Name of the walk it shares with others, looked up at sensitive steps. */
  readonly #walk: Uint32Array;
  readonly #novelty: Int8Array;
  readonly #answers: AnswerCounts;
  /** Failed log-ins of its client when it last took a sensitive step. */
  readonly #failures: Uint8Array;
  /** Which campaigns had tried its account when it took its sensitive step. */
  readonly #marks: Uint16Array;
  readonly #gaps = new GapLaws();
  readonly fingerprints: FingerprintPart;
  readonly #keys: Float64Array = new Float64Array(groupings.length);
  readonly #swept: Float64Array = new Float64Array(groupings.length);
  readonly #purity: Float64Array = new Float64Array(groupings.length);
  readonly #bins: Int8Array = new Int8Array(cohortAxisCount);
  readonly #traits = createTraits();
  readonly #named = new Map<number, string>();
  #convictions = 0;
  #reports = 0;
  #refit: Iterator<undefined, void> | undefined;

  constructor(sources: CohortSources) {
    this.#sources = sources;
    this.#sessions = sources.state.sessions;
    this.#steps = new CohortSteps(sources.state.endpoints);
    this.fingerprints = new FingerprintPart({
      ...sources,
      purityOf: (origin) => sources.enumeration.purityOf(origin),
    });
    this.#came = new Uint8Array(sources.sessionsMax);
    this.#pause = new Int8Array(sources.sessionsMax);
    this.#stack = new Uint32Array(sources.sessionsMax);
    this.#rare = new Int8Array(sources.sessionsMax);
    this.#walk = new Uint32Array(sources.sessionsMax);
    this.#novelty = new Int8Array(sources.sessionsMax);
    this.#answers = new AnswerCounts(sources.sessionsMax);
    this.#failures = new Uint8Array(sources.sessionsMax);
    this.#marks = new Uint16Array(sources.sessionsMax);
  }

  open(slot: number, exchange: Exchange): void {
    this.fingerprints.open(slot);
    const { headers, ja4, h2 } = exchange.client.fingerprint;
    this.#came[slot] = 0;
    this.#pause[slot] = -1;
    this.#walk[slot] = 0;
    this.#novelty[slot] = -1;
    this.#answers.open(slot);
    const { asn } = this.#sources.intel.network(exchange.client.ip);
    this.#rare[slot] = asn <= 0 ? -1 : this.cohorts.population(exchange.application).asns.classOf(asn);
    // Looking alike is never evidence; it only says whom to judge together.
    const stack = hashText(headers, 1) ^ Math.imul(hashText(ja4, 2), 31) ^ hashText(h2, 3);
    this.#stack[slot] = headers === "" && ja4 === "" && h2 === "" ? 0 : mix32(stack) | 1;
    this.#sessions.set(slot, slot32.presentation, mix32(stack ^ hashText(exchange.request.userAgent, 4)));
  }

  request(facts: Facts, exchange: Exchange): void {
    const { slot } = facts;
    this.fingerprints.request(facts, exchange);
    const requests = this.#sources.state.sessions.requestsOf(slot);
    const entered = this.#sessions.get(slot, slot32.step);
    if (entered === 0 || this.#steps.isOne(facts)) {
      if (entered !== 0) this.#pass(facts);
      this.#sessions.set(slot, slot32.step, this.#steps.keyOf(facts));
      this.#sessions.set(slot, slot32.subject, 0);
    }
    if (facts.class === endpointClass.api) {
      if (requests === 1) this.#came[slot] = came.called;
      else this.#learnCall(facts, exchange);
    }
    if ((requests & (requests - 1)) === 0) this.#sessions.set(slot, slot32.behaviour, 0);
    if (!this.#steps.isOne(facts)) return;
    this.#failures[slot] = failuresOf(this.#sources.state.clients, facts.row);
    const again = this.#sessions.get(slot, slot32.login) !== 0;
    if (!again) this.#came[slot] = (this.#came[slot] as number) | this.#arrival(facts, requests);
    this.#sessions.set(slot, slot32.login, (this.#steps.hashOf(facts.endpoint) & 0xffff) + 1);
    // Before the outcome is known: a key that told refused from admitted would make a cohort of whoever mistyped.
    this.#sessions.set(slot, slot32.behaviour, this.#fingerprint(slot, facts.row));
    this.#novelty[slot] = this.#sources.novelty(facts, exchange);
    this.#walk[slot] = this.#trace(slot, "look").label;
    if (again) return;
    this.#readGap(facts);
    this.#marks[slot] = this.cohorts.campaigns.marksOf(exchange.request.account);
  }

  /** How a visit stands before its report: certificates ask who could have been hit. */
  #pass({ slot, row, at }: Facts): void {
    if (this.#sessions.get(slot, slot32.login) !== 0 || this.#sources.state.clients.flag(row, rowFlag.convicted))
      return;
    this.#fill(slot, row);
    const address = hashText(this.#sources.renderAddress(row), 7);
    this.cohorts.pass(this.#membership(slot, row), {
      bins: this.#bins,
      at,
      address,
      visit: visitOf(this.#sessions, slot),
    });
  }

  #arrival({ endpoint, row }: Facts, requests: number): number {
    const { endpoints, clients } = this.#sources.state;
    const native = endpoints.isApi(endpoint) && clients.get(row, counter.pages) === 0;
    return (requests === 1 ? came.straight : 0) | (native ? came.native : 0);
  }

  #trace(slot: number, keep: "keep" | "look"): WalkTrace {
    const { state, walks, renderAddress } = this.#sources;
    return walks.trace(slot, hashText(renderAddress(state.sessions.rowOf(slot)), 7), keep);
  }

  /** The pause between page and submit, as a bin of the application's own law. */
  #readGap(facts: Facts): void {
    const page = this.#sources.state.sessions.get(facts.slot, slot32.lastPageAt);
    if (page === 0) return;
    const law = this.#gaps.of(facts.application);
    const pause = facts.tick - page;
    this.#sessions.setByte(facts.slot, slot8.gap, law.binOf(pause) + 1);
    this.#pause[facts.slot] = logPause(pause);
    if (!this.#sources.state.clients.flag(facts.row, rowFlag.convicted)) law.learn(pause);
  }

  /** Key of the cohort by look and endpoint that this session stands in, folded to 32 bits; 0 for none. */
  subject(slot: number): number {
    const known = this.#sessions.get(slot, slot32.subject);
    if (known !== 0) return known;
    const row = this.#sources.state.sessions.rowOf(slot);
    const application = this.#sources.applicationName(this.#sources.state.clients.applicationOf(row));
    const presentation = this.#sessions.get(slot, slot32.presentation);
    const step = this.#sessions.get(slot, slot32.step);
    writeCohortKeys({ application, behaviour: 0, presentation, stack: 0, step, context: 0, walk: 0 }, this.#keys);
    const subject = mix32(foldHashed(this.#keys[1] as number));
    this.#sessions.set(slot, slot32.subject, subject);
    return subject;
  }

  /** The outcome of a sensitive step, or enough requests: time to report the session. */
  response(facts: Facts, exchange: Exchange): void {
    const { slot, row } = facts;
    const requests = this.#sources.state.sessions.requestsOf(slot);
    this.fingerprints.response(facts, exchange);
    this.#answers.read(facts, exchange.response?.status ?? 0);
    if (requests === passAfter) this.#pass(facts);
    const step = this.#steps.isOne(facts);
    const reported = this.#sessions.byte(slot, slot8.reported);
    if (reported === 2 || (reported !== 0 && !step)) return;
    const call = requests === 1 && facts.class === endpointClass.api;
    if (!step && requests < reportAfter && !call) return;
    const status = exchange.response?.status ?? 0;
    // What earlier attempts came to is theirs: whoever mistyped last week is not refused today.
    const refused = failuresOf(this.#sources.state.clients, row) !== this.#failures[slot] || status >= 400;
    const login = facts.class === endpointClass.login && step && status > 0;
    const { account, password } = exchange.request;
    const letIn = login ? !refused : null;
    this.#report(slot, facts.at, { account, password, letIn, pushed: login && asksSecondFactor(exchange, true) });
    this.#sessions.setByte(slot, slot8.reported, step ? 2 : 1);
  }

  /** A member of a convicted cohort tried this account: the work list of its campaign. */
  #tried({ application, request: { account } }: Exchange, { key }: Conviction, slot: number): void {
    if (account === 0) return;
    this.cohorts.workList(application).tried(account);
    this.cohorts.campaigns.tried(account, combine32(foldHashed(key), this.#stack[slot] as number));
  }

  get bytesPerSession(): number {
    return 17 + this.fingerprints.bytesPerSession;
  }

  /** The conviction that hits this session, as a signal. */
  signals(slot: number, at: Millis, exchange?: Exchange): readonly Signal[] {
    if (this.#convictions === 0 || slot < 0) return none;
    const { state } = this.#sources;
    const row = state.sessions.rowOf(slot);
    this.#fill(slot, row);
    const membership = this.#membership(slot, row);
    const conviction = this.cohorts.judge(membership, this.#bins, at);
    if (conviction === undefined) return none;
    if (exchange !== undefined) this.#tried(exchange, conviction, slot);
    if (this.#named.size < namedMax) this.#named.set(row, conviction.key.toString(36));
    return [convictionSignal(conviction, { membership, bins: this.#bins }, this.cohorts)];
  }

  /** Name of the cohort that a client was judged with, or "". */
  cohortOf(row: number): string {
    return this.#named.get(row) ?? "";
  }

  /** Puts back what `cohorts.memory.save` gave: convictions hit their members at once. */
  restore(saved: SavedCohorts): void {
    this.cohorts.memory.restore(saved);
    this.#convictions += saved.convictions.length;
  }

  close(slot: number, at: Millis): void {
    if (this.#sessions.byte(slot, slot8.reported) === 0)
      this.#report(slot, at, { account: 0, password: 0, letIn: null, pushed: false });
    const row = this.#sessions.rowOf(slot);
    this.#fill(slot, row);
    this.fingerprints.close(slot, this.#judged(slot, row, at));
  }

  #judged(slot: number, row: number, at: Millis): JudgedSession {
    return {
      behaviour: this.#membership(slot, row).behaviour,
      login: this.#sessions.get(slot, slot32.login),
      straight: straightBit(this.#came[slot] as number),
      pause: this.#pause[slot] as number,
      anchored: this.#isAnchored(slot, row),
      at,
    };
  }

  forget(row: number): void {
    this.#named.delete(row);
  }

  #report(slot: number, at: Millis, outcome: Outcome): void {
    const { state, intel, renderAddress } = this.#sources;
    const row = state.sessions.rowOf(slot);
    if (this.#sessions.get(slot, slot32.login) === 0) this.#sessions.set(slot, slot32.behaviour, 0);
    this.#fill(slot, row);
    const trace = this.#trace(slot, "keep");
    this.#walk[slot] = trace.label;
    const address = renderAddress(row);
    const { country, asn } = intel.network(address);
    const device = deviceOf(this.#sessions, slot);
    const addressHash = hashText(address, 7);
    const sighting: Sighting = {
      ...this.#membership(slot, row),
      at,
      address,
      addressHash,
      client: device || addressHash,
      device,
      visit: visitOf(this.#sessions, slot),
      ...outcome,
      marks: this.#marks[slot] as number,
      country,
      asn,
      pause: this.#pause[slot] as number,
      entered: this.#sessions.get(slot, slot32.login) === 0 && ((this.#came[slot] as number) & came.called) !== 0,
      anchored: this.#isAnchored(slot, row),
      bins: this.#bins,
      enumeration: this.#swept,
      swept: this.#purity,
      walkRareNats: trace.rareNats,
      walksHeld: this.#sources.walks.held,
    };
    this.#readSweep(slot);
    this.fingerprints.judged(slot, this.#judged(slot, row, at));
    this.#convictions += this.cohorts.report(sighting).length;
    if (++this.#reports % refitEvery === 0) this.#refit = this.cohorts.refit();
    if (this.#refit?.next().done === true) this.#refit = undefined;
  }

  /** Let in, loading pages, keeping cookies *and* as this account or jar always is: driven browsers lack the last. */
  #isAnchored(slot: number, row: number): boolean {
    if (!this.#sources.state.clients.flag(row, rowFlag.anchored)) return false;
    const novelty = this.#novelty[slot] as number;
    return (novelty >= 0 && novelty <= 1) || this.#bins[cohortAxisIndex.jar] === 0;
  }

  /** Enumeration by the cohort of one look at one endpoint; the other groupings do not follow it. */
  #readSweep(slot: number): void {
    const subject = this.subject(slot);
    this.#swept.fill(Number.NEGATIVE_INFINITY);
    this.#swept[1] = this.#sources.enumeration.evidence(subject);
    this.#purity[1] = this.#sources.enumeration.purity(subject);
  }

  #membership(slot: number, row: number): Membership {
    const { state, applicationName } = this.#sources;
    if (this.#sessions.get(slot, slot32.behaviour) === 0)
      this.#sessions.set(slot, slot32.behaviour, this.#fingerprint(slot, row));
    const behaviour = this.#sessions.get(slot, slot32.behaviour);
    const network = networkClass(state.sessions.networkOf(slot));
    const jar = this.#bins[cohortAxisIndex.jar] as number;
    return {
      application: applicationName(state.clients.applicationOf(row)),
      behaviour: behaviour === unspecific ? 0 : behaviour,
      presentation: this.#sessions.get(slot, slot32.presentation),
      stack: this.#stack[slot] as number,
      step: this.#sessions.get(slot, slot32.step),
      context: mix32((network * 4 + rarity(this.#rare[slot] as number)) * 16 + jar + 2),
      walk: this.#walk[slot] as number,
    };
  }

  /** Key of the session's behaviour so far; `unspecific` while too little was seen to tell behaviours apart. */
  #fingerprint(slot: number, row: number): number {
    const { state, subject } = this.#sources;
    const login = this.#sessions.get(slot, slot32.login);
    const straight = straightBit(this.#came[slot] as number);
    fillTraits(this.#traits, { state, row, subject: subject(slot), login, straight });
    const key = strictKey(this.#traits, knownMin);
    return key === 0 ? unspecific : key;
  }

  /** Bins of the axes that one session shows; -1 where it has not. */
  #fill(slot: number, row: number): void {
    fillSessionBins(this.#bins, {
      clients: this.#sources.state.clients,
      row,
      loading: isLoadingParts(this.#sources.state, slot),
      typicality: this.#sources.sequence.bin(slot),
      gap: this.#sessions.byte(slot, slot8.gap) - 1,
      novelty: this.#novelty[slot] as number,
      refused: this.#answers.refused(slot),
      asked: this.#answers.asked(slot),
      came: this.#came[slot] as number,
      login: this.#sessions.get(slot, slot32.login) !== 0,
      ledger: this.#sources.subject(slot)?.ledger,
    });
    this.#bins[cohortAxisIndex.asn] = this.#rare[slot] as number;
    if (this.#sessions.get(slot, slot32.login) === 0 && this.#rarelyFirst(slot, row))
      this.#bins[cohortAxisIndex.arrival] = 2;
  }

  /** Did the session begin with a call that hardly anybody begins with? */
  #rarelyFirst(slot: number, row: number): boolean {
    if (((this.#came[slot] as number) & came.called) === 0) return false;
    const { state, applicationName } = this.#sources;
    const application = applicationName(state.clients.applicationOf(row));
    return this.cohorts.memory.arrivals.rarelyFirst(application, this.#sessions.get(slot, slot32.step));
  }

  /** A call that came after something else, once a session: how people come to it. */
  #learnCall(facts: Facts, { application }: Exchange): void {
    const { slot, row } = facts;
    const how = this.#came[slot] as number;
    if ((how & came.counted) !== 0 || this.#sources.state.clients.flag(row, rowFlag.convicted)) return;
    const step = this.#steps.keyOf(facts);
    if (step === this.#sessions.get(slot, slot32.step)) return;
    this.#came[slot] = how | came.counted;
    this.cohorts.memory.arrivals.learn({ application, step }, 0, 1);
  }
}
