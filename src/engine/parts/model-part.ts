import { engineLimits, type Millis, type Signal } from "#core";
import { type ClientTable, rowFlag } from "../clients/client-table.ts";
import type { FeatureState } from "../features/state.ts";
import type { OrchestrationCase } from "../intent/orchestration.ts";
import {
  behaviourFeatures,
  labellingFunctions,
  presentationFeatures,
  readFeatures,
  SampleBook,
  type SessionModels,
  type SessionSamples,
  type SessionSource,
  sideNats,
} from "../models/index.ts";
import type { AgentBook } from "../sessions/agent-book.ts";

/** What a model of behaviour may say: never what convicts alone, and less for a person than against. */
const behaviourBounds = { least: -1, most: 1 } as const;
const presentationBounds = { least: -0.5, most: 0.5 } as const;
/** Below this it is not worth a line in a verdict. */
const natsLeast = 0.25;
/** Nats are kept as bytes, sixteenths of them. */
const unit = 1 / 16;
const none: readonly Signal[] = [];

/** What the models need of the guard. */
export interface ModelSources {
  readonly state: FeatureState;
  readonly agents: AgentBook;
  readonly sessionsMax: number;
  /** Ledger and graph of a live session, where cookies are observed. */
  subject(slot: number): OrchestrationCase | undefined;
}

/**
 * The supervised layer as the guard drives it: sessions that end become rows for training, models trained elsewhere are
 * published whole, and live sessions are asked about at their first, second, fourth, eighth… request. Two bytes a session.
 * What a model says is one signal among others, within one nat and the caps of its group, and never persona-proof: it can
 * tip a verdict that other evidence has nearly reached and can refuse nobody.
 */
export class ModelPart {
  readonly bytesPerSession: number = 2;
  readonly #sources: ModelSources;
  readonly #said: Int8Array;
  readonly #wore: Int8Array;
  readonly #behaviour: Float64Array = new Float64Array(behaviourFeatures.length);
  readonly #presentation: Float64Array = new Float64Array(presentationFeatures.length);
  readonly #votes: Int8Array = new Int8Array(labellingFunctions.length);
  readonly #book: SampleBook;
  #models: SessionModels | undefined;

  constructor(sources: ModelSources) {
    this.#sources = sources;
    this.#said = new Int8Array(sources.sessionsMax);
    this.#wore = new Int8Array(sources.sessionsMax);
    this.#book = new SampleBook(engineLimits.trainingSessionsMax.default, {
      behaviour: behaviourFeatures.length,
      presentation: presentationFeatures.length,
      labellers: labellingFunctions.length,
    });
  }

  /** Models in use, or undefined before the first training. */
  get models(): SessionModels | undefined {
    return this.#models;
  }

  /** Sessions ever kept for training: tells a trainer whether there is anything new. */
  get sessionsKept(): number {
    return this.#book.added;
  }

  /** Replaces the models in use. */
  publish(models: SessionModels): void {
    this.#models = models;
  }

  /** A copy of what there is to train on. */
  samples(): SessionSamples {
    return this.#book.samples();
  }

  open(slot: number): void {
    this.#said[slot] = 0;
    this.#wore[slot] = 0;
  }

  /** What the models say of a live session. */
  signals(slot: number, row: number): readonly Signal[] {
    const models = this.#models;
    if (models === undefined) return none;
    const { sessions } = this.#sources.state;
    const requests = sessions.requestsOf(slot);
    if ((requests & (requests - 1)) === 0) this.#ask(models, slot, row);
    const said = (this.#said[slot] as number) * unit;
    const wore = (this.#wore[slot] as number) * unit;
    const found: Signal[] = [];
    if (Math.abs(said) >= natsLeast)
      found.push({
        detector: "learned-behaviour",
        axis: "model",
        group: "model",
        nats: said,
        evidence: this.#basis(models),
      });
    if (Math.abs(wore) >= natsLeast)
      found.push({
        detector: "learned-presentation",
        axis: "presentation",
        group: "presentation",
        nats: wore,
        evidence: this.#basis(models),
      });
    return found.length === 0 ? none : found;
  }

  /** A session ends: a row for training, with the votes of rules of thumb about it. */
  close(slot: number, row: number, { signals, at, campaign }: Ended): void {
    const source = this.#source(slot, row);
    readFeatures(behaviourFeatures, source, this.#behaviour);
    readFeatures(presentationFeatures, source, this.#presentation);
    const { subject, agent } = source;
    const said = {
      signals,
      anchored: anchored(this.#sources.state.clients, row),
      declared: agent.declared !== "",
      jarAge: subject?.ledger.observed === true ? subject.ledger.maturity : 0,
    };
    for (const [j, labeller] of labellingFunctions.entries()) this.#votes[j] = labeller.vote(said);
    this.#book.add({
      behaviour: this.#behaviour,
      presentation: this.#presentation,
      votes: this.#votes,
      at,
      campaign,
    });
  }

  /** Reads what a session did, for whoever looks for what is unusual. */
  read(slot: number, row: number, into: Float64Array): void {
    readFeatures(behaviourFeatures, this.#source(slot, row), into);
  }

  #ask(models: SessionModels, slot: number, row: number): void {
    const source = this.#source(slot, row);
    readFeatures(behaviourFeatures, source, this.#behaviour);
    readFeatures(presentationFeatures, source, this.#presentation);
    this.#said[slot] = Math.round(sideNats(models.behaviour, this.#behaviour, behaviourBounds) / unit);
    this.#wore[slot] = Math.round(sideNats(models.presentation, this.#presentation, presentationBounds) / unit);
  }

  #basis({ report }: SessionModels): Signal["evidence"] {
    return { sessions: report.sessions, trainedAt: new Date(report.trainedAt).toISOString() };
  }

  #source(slot: number, row: number): SessionSource {
    const { state, agents, subject } = this.#sources;
    return {
      state,
      row,
      subject: subject(slot),
      agent: agents.entry(state.clients.agentOf(row)),
      network: state.sessions.networkOf(slot),
    };
  }
}

/** A session that ended. */
export interface Ended {
  /** Everything that spoke about it, feature detectors included. */
  readonly signals: readonly Signal[];
  readonly at: Millis;
  /** Key of the look and step that it stood in. */
  readonly campaign: number;
}

function anchored(clients: ClientTable, row: number): boolean {
  return clients.flag(row, rowFlag.anchored) && !clients.flag(row, rowFlag.convicted);
}
