import {
  type Exchange,
  engineLimits,
  type Intel,
  type LimitValues,
  limitValues,
  type Millis,
  noIntel,
  type Signal,
  type Trail,
  type Verdict,
} from "#core";
import type { CompromisedAccount } from "./auth/account-risk.ts";
import type { ContextShift } from "./auth/context-shift.ts";
import { SiteBaseline } from "./baselines/site-baseline.ts";
import { AddressTable } from "./clients/address-table.ts";
import { ClientTable, rowFlag } from "./clients/client-table.ts";
import { clientViews } from "./clients/client-view.ts";
import { decideClient } from "./clients/decide-client.ts";
import { rememberVerdict } from "./clients/remember-verdict.ts";
import { VerdictMemory } from "./clients/verdict-memory.ts";
import type { CohortView } from "./cohorts/cohort-view.ts";
import { EndpointTable, type EndpointView } from "./endpoints/endpoint-table.ts";
import type { Census, ClientView, Engine, EngineOptions } from "./engine.ts";
import { LazyFacts } from "./facts/index.ts";
import { Facts, partOf } from "./features/facts.ts";
import { NotedFacts } from "./features/noted-facts.ts";
import { settledSessions, settlePages } from "./features/pages.ts";
import { Reader } from "./features/reader.ts";
import { createFeatureState, type FeatureState } from "./features/state.ts";
import { stepRequest, stepResponse, unstepRequest } from "./features/step.ts";
import { GroupCaps } from "./groups.ts";
import { Judge } from "./judge.ts";
import { LearnedState } from "./learned/index.ts";
import { AccountPart } from "./parts/account-part.ts";
import { CohortPart } from "./parts/cohort-part.ts";
import { EnumerationPart } from "./parts/enumeration-part.ts";
import { HindsightPart } from "./parts/hindsight-part.ts";
import { JourneyPart } from "./parts/journey-part.ts";
import { NetworkPart } from "./parts/network-part.ts";
import { OrchestrationPart } from "./parts/orchestration-part.ts";
import { TrailPart } from "./parts/trail-part.ts";
import { isLookout, provenNats } from "./running-verdict.ts";
import type { Judgement } from "./score.ts";
import { AddressBook } from "./sessions/address.ts";
import { AgentBook } from "./sessions/agent-book.ts";
import { IdentityNames } from "./sessions/identity-names.ts";
import { Locator } from "./sessions/locator.ts";
import { agentReader } from "./sessions/read-agent.ts";
import { establishedAfter, SessionTable } from "./sessions/session-table.ts";
import { takeCensus } from "./take-census.ts";

/** Makes an engine. It owns its memory and starts without knowledge of any site. */
export function createEngine(options: EngineOptions = {}): Engine {
  return new FastLane(options);
}

/**
 * The fast lane: exchange → session → features → detectors → verdict. Synchronous, bounded, no clock of its own. A
 * client's verdict is a function of its feature row and what was learned of the site, of nothing else.
 */
class FastLane implements Engine {
  readonly #limits: LimitValues<typeof engineLimits>;
  readonly #intel: Intel;
  readonly #clients: ClientTable;
  readonly #sessions: SessionTable;
  readonly #endpoints: EndpointTable;
  readonly #sites: SiteBaseline[];
  readonly #addresses: AddressBook;
  readonly #agents: AgentBook;
  readonly #neighbours: AddressTable;
  readonly #memory: VerdictMemory;
  readonly #names: IdentityNames;
  readonly #locator: Locator;
  readonly #reader: Reader;
  readonly #judge: Judge;
  readonly #state: FeatureState;
  readonly #orchestration: OrchestrationPart;
  readonly #journey: JourneyPart;
  readonly #cohorts: CohortPart;
  readonly #caps: GroupCaps = new GroupCaps();
  readonly models: HindsightPart;
  readonly #enumeration: EnumerationPart;
  readonly #accounts: AccountPart;
  readonly #facts: Facts = new Facts();
  readonly facts: LazyFacts;
  readonly #trails: TrailPart;
  readonly #noted: NotedFacts;
  #latest: Millis = Number.NEGATIVE_INFINITY;
  readonly #lost = { sessionsEvicted: 0, clientsForgotten: 0, requestsForgotten: 0 };
  readonly learned: LearnedState;
  readonly networks: NetworkPart;

  constructor(options: EngineOptions) {
    const limits = limitValues(engineLimits, options.limits);
    const { intel = noIntel, seed = 0x6a17 } = options;
    const masked = options.maskUserAgents === true;
    this.#limits = limits;
    this.#clients = new ClientTable(limits.clientsMax);
    this.#sessions = new SessionTable(limits.sessionsMax, limits.probationShare);
    this.#endpoints = new EndpointTable(limits, seed);
    this.#addresses = new AddressBook(limits.addressTextsMax);
    const agentLimits = { charsMax: limits.userAgentCharsMax };
    this.#agents = new AgentBook(agentReader(intel, { masked }), limits.userAgentsMax, agentLimits);
    this.#neighbours = new AddressTable(limits.addressesMax);
    this.#memory = new VerdictMemory(limits.verdictMemoryMax);
    this.#names = new IdentityNames(limits.identityNamesMax);
    const state = createFeatureState({
      clients: this.#clients,
      sessions: this.#sessions,
      endpoints: this.#endpoints,
      agents: this.#agents,
      refererHostsMax: limits.refererHostsMax,
    });
    this.#state = state;
    this.#sites = state.sites;
    this.networks = new NetworkPart({
      state,
      agents: this.#agents,
      addresses: this.#addresses,
      intel,
      behaviourLogOdds: (row, signals) => this.#judge.row(row, 0, [signals]).behaviourLogOdds,
      wanders: (slot) => this.#journey.places.wanders(slot),
      limits,
    });
    this.#intel = this.networks.intel;
    this.#locator = this.#createLocator();
    this.#reader = new Reader({
      applicationsMax: limits.applicationsMax,
      agents: this.#agents,
      addresses: this.#addresses,
      endpoints: this.#endpoints,
      hosts: this.#state.refererHosts,
      seed,
    });
    this.#orchestration = new OrchestrationPart(this.#state, {
      sessionsMax: limits.sessionsMax,
      endpointsMax: limits.endpointsMax,
      applicationName: (index) => this.#reader.applicationName(index),
    });
    this.#journey = new JourneyPart(this.#sessions, this.#intel);
    this.#enumeration = new EnumerationPart(seed, this.#sessions);
    this.#accounts = new AccountPart(this.#state, this.#intel);
    this.#cohorts = new CohortPart({
      enumeration: this.#enumeration,
      state: this.#state,
      sequence: this.#journey.sequence,
      walks: this.#journey.walks,
      novelty: (facts, exchange) => this.#accounts.novelty(facts, exchange),
      intel: this.#intel,
      sessionsMax: limits.sessionsMax,
      applicationName: (index) => this.#reader.applicationName(index),
      renderAddress: (row) => this.#addresses.renderRow(this.#clients, row),
      subject: (slot) => this.#orchestration.subject(slot),
    });
    const known = { state, seed, limits, caps: this.#caps, agents: this.#agents, reader: this.#reader };
    this.#trails = new TrailPart(this.#state, this.#cohorts);
    this.facts = new LazyFacts({
      ...known,
      facts: this.#facts,
      intel: this.#intel,
      neighbours: this.#neighbours,
      orchestration: this.#orchestration,
      enumeration: this.#enumeration,
      sequence: this.#journey.sequence,
      isShared: (slot) => this.networks.isShared(slot),
      trails: this.#trails,
    });
    this.#noted = new NotedFacts(this.#state, this.#trails);
    const asked = { orchestration: this.#orchestration, cohorts: this.#cohorts, judge: () => this.#judge };
    this.models = new HindsightPart({ ...known, ...asked });
    this.learned = new LearnedState(this.#state, {
      reader: this.#reader,
      sites: this.#sites,
      caps: this.#caps,
      gate: this.models.gate,
      parts: [this.#orchestration, this.#cohorts, this.#accounts, this.networks, this.#enumeration],
      seed,
    });
    this.#judge = new Judge({
      clients: this.#clients,
      sites: this.#sites,
      agents: this.#agents,
      neighbours: masked ? undefined : this.#neighbours,
      caps: this.#caps,
      gate: this.models.gate,
      revision: options.revision ?? 0,
    });
  }

  inspect(exchange: Exchange): Verdict {
    const facts = this.#begin(exchange);
    const judgement = this.#judgeLive(facts, exchange);
    this.#note(facts.row, judgement, facts.at);
    this.#noted.keep(exchange, facts);
    return this.#judge.verdict(judgement, exchange.id);
  }

  reweigh(judged: Verdict, more: readonly Signal[]): Verdict {
    return this.#judge.reweigh(judged, more);
  }

  observe(exchange: Exchange): void {
    const facts = this.#facts;
    const noted = this.#noted.recall(exchange, facts);
    if (noted === "unknown") this.#reader.read(facts, exchange);
    if (noted === "gone" || (noted === "unknown" && !this.#locator.find(facts, exchange))) return;
    this.facts.answer(facts, exchange);
    if (exchange.response === undefined) {
      unstepRequest(this.#state, facts);
      this.facts.book.request(facts, exchange, -1);
    } else {
      if (!this.#clients.flag(facts.row, rowFlag.convicted)) this.#enumeration.read(facts, exchange);
      this.#finish(facts, exchange);
    }
  }

  exchange(exchange: Exchange): void {
    const facts = this.#begin(exchange);
    this.#finish(facts, exchange);
    if (!isLookout(this.#clients.requestsOf(facts.row)) || this.#clients.flag(facts.row, rowFlag.convicted)) return;
    this.#note(facts.row, this.#judgeLive(facts, exchange), facts.at);
  }

  sweep(now: Millis): void {
    const before = now - this.#limits.sessionIdleMs;
    for (let slot = this.#sessions.idle(before); slot >= 0; slot = this.#sessions.idle(before)) this.#close(slot);
    this.#orchestration.maintain(now);
    this.#journey.maintain(now);
  }

  *clients(): Generator<ClientView> {
    const live = settledSessions(this.#state, this.#latest);
    yield* clientViews({
      clients: this.#clients,
      addresses: this.#addresses,
      agents: this.#agents,
      judge: this.#judge,
      intel: this.#intel,
      cohortOf: (row) => this.#cohorts.cohortOf(row),
      signals: (row, ip) => [
        ...this.#signals(live.get(row) ?? -1, this.#latest),
        ...this.networks.signalsOfRow(row, ip),
      ],
      applicationName: (index) => this.#reader.applicationName(index),
    });
  }

  cohorts(): readonly CohortView[] {
    return this.#cohorts.cohorts.cohorts();
  }

  compromisedAccounts(): readonly CompromisedAccount[] {
    return this.#accounts.compromised();
  }

  loginShift(): ContextShift | undefined {
    return this.#accounts.shifts.shift();
  }

  trail(): Trail {
    return this.#trails.read(this.#facts);
  }

  endpoints(): Iterable<EndpointView> {
    return this.#endpoints.views();
  }

  census(): Census {
    return takeCensus({
      sessions: this.#sessions,
      clients: this.#clients,
      endpoints: this.#endpoints.size,
      ...this.#lost,
      parts: [this.#orchestration, this.#journey, this.#cohorts, this.networks, this.models, this.#trails],
    });
  }

  /** Reads, finds the session, counts the request and moves its features. */
  #begin(exchange: Exchange): Facts {
    const facts = this.#facts;
    this.#reader.read(facts, exchange);
    this.#sites[facts.application] ??= new SiteBaseline();
    this.#expire(facts.at);
    this.#locator.locate(facts, exchange);
    const { row, slot } = facts;
    const requests = this.#sessions.countRequest(slot);
    facts.gapMs = requests === 1 ? -1 : Math.max(0, facts.at - this.#sessions.lastAt(slot));
    if (requests === establishedAfter) this.#sessions.establish(slot);
    this.#sessions.touch(slot, facts.at);
    this.#clients.touch(row, facts.at);
    if (this.#clients.countRequest(row) === 1 && this.#agents.entry(facts.agent).declared !== "")
      this.#note(row, { kind: "declared-bot" }, facts.at);
    if (exchange.client.verified !== undefined) this.#clients.setFlag(row, rowFlag.verified);
    this.#neighbours.step(facts.words, facts.agent, partOf(facts.class));
    stepRequest(this.#state, facts, exchange);
    this.#orchestration.request(facts, exchange);
    this.#journey.request(facts, exchange, { teaches: !this.#clients.flag(row, rowFlag.convicted) });
    this.#cohorts.request(facts, exchange);
    this.#enumeration.request(facts, exchange, this.#cohorts);
    this.facts.arrive(facts, exchange);
    return facts;
  }

  #finish(facts: Facts, exchange: Exchange): void {
    stepResponse(this.#state, facts, exchange);
    this.#orchestration.response(facts, exchange);
    this.#journey.response(facts, exchange);
    const convicted = this.#clients.flag(facts.row, rowFlag.convicted);
    this.#cohorts.response(facts, exchange);
    if (!convicted) this.#enumeration.learn(facts, exchange);
    this.#accounts.response(facts, exchange, convicted);
    this.facts.book.response(facts, exchange);
    this.#locator.learnIssued(facts, exchange);
  }

  /** A few idle sessions end with every request, so that nothing piles up between sweeps. */
  #expire(at: Millis): void {
    if (at > this.#latest) this.#latest = at;
    const before = this.#latest - this.#limits.sessionIdleMs;
    for (let i = 0; i < 2; i++) {
      const slot = this.#sessions.idle(before);
      if (slot < 0) return;
      this.#close(slot);
    }
  }

  #judgeLive(facts: Facts, exchange: Exchange): Judgement {
    return this.#judge.row(facts.row, this.#sessions.networkOf(facts.slot), [
      this.#journey.signals(facts.slot),
      this.networks.signals(facts.slot),
      this.#orchestration.signals(facts.slot),
      this.#cohorts.signals(facts.slot, facts.at, exchange),
      this.#enumeration.signals(facts),
      this.#accounts.signals(facts, exchange),
      this.models.signals(facts.slot, facts.row),
    ]);
  }

  /** What the ledger, the graph and the session's cohort say about a live session. */
  #signals(slot: number, at: Millis): readonly Signal[] {
    const ledger = this.#orchestration.signals(slot);
    const cohort = this.#cohorts.signals(slot, at);
    return cohort.length === 0 ? ledger : [...ledger, ...cohort];
  }

  #note(row: number, { kind }: Pick<Judgement, "kind">, at: Millis): void {
    decideClient(this.#clients, { row, at, agent: this.#agents.entry(this.#clients.agentOf(row)), kind });
  }

  #close(slot: number): void {
    settlePages(this.#state, slot, Number.POSITIVE_INFINITY);
    const row = this.#sessions.rowOf(slot);
    const signals = this.#signals(slot, this.#latest);
    this.#clients.keep(row, provenNats(signals));
    this.models.close(slot, row, { signals, at: this.#latest });
    this.networks.close(slot, signals, this.#latest);
    this.#journey.close(slot, !this.#clients.flag(row, rowFlag.convicted));
    this.#cohorts.close(slot, this.#latest);
    this.#journey.walks.close(slot);
    this.#orchestration.close(slot, this.#sessions.originOf(slot), this.#latest);
    this.#clients.release(row);
    this.#trails.close(slot);
    this.#sessions.close(slot);
  }

  #createLocator(): Locator {
    return new Locator({
      clients: this.#clients,
      sessions: this.#sessions,
      names: this.#names,
      memory: this.#memory,
      end: {
        open: (slot, exchange) => {
          this.#trails.open(slot);
          this.networks.open(slot, exchange);
          this.#journey.open(slot);
          this.models.open(slot);
          this.#cohorts.open(slot, exchange);
        },
        close: (slot) => {
          this.#lost.sessionsEvicted++;
          this.#close(slot);
        },
        forget: (row) => this.#forget(row),
      },
    });
  }

  /** A row is given up for good: counted, and remembered when it was convicted. */
  #forget(row: number): void {
    const clients = this.#clients;
    this.#lost.clientsForgotten++;
    this.#lost.requestsForgotten += clients.requestsOf(row);
    this.#cohorts.forget(row);
    if (!clients.flag(row, rowFlag.convicted)) return;
    rememberVerdict(this.#memory, clients, { row, judgement: this.#judge.row(row, 0) });
  }
}
