import type { Hashed, Millis, Signal } from "#core";
import { row64, rowBytes, rowFlag } from "../clients/client-table.ts";
import { SessionGate } from "../cohorts/index.ts";
import type { Reader } from "../features/reader.ts";
import type { FeatureState } from "../features/state.ts";
import type { GroupCaps } from "../groups.ts";
import type { Judge } from "../judge.ts";
import { behaviourFeatures, type SessionModels, type SessionSamples } from "../models/index.ts";
import type { AgentBook } from "../sessions/agent-book.ts";
import type { CohortPart } from "./cohort-part.ts";
import { ModelPart } from "./model-part.ts";
import type { OrchestrationPart } from "./orchestration-part.ts";
import { type UnusualGroup, UnusualPart } from "./unusual-part.ts";

/** What hindsight needs of the guard. */
export interface HindsightSources {
  readonly state: FeatureState;
  readonly agents: AgentBook;
  readonly reader: Pick<Reader, "applicationName">;
  readonly caps: GroupCaps;
  readonly seed: number;
  readonly limits: { readonly sessionsMax: number };
  readonly orchestration: Pick<OrchestrationPart, "subject">;
  readonly cohorts: Pick<CohortPart, "subject">;
  /** Made after this part: it asks the gate. */
  judge(): Pick<Judge, "row">;
}

/** The models of an engine, for whoever trains them on another thread, and what discovery shows. */
export interface EngineModels {
  /** From here on sessions that end are kept for training and looked at for what is unusual. */
  collect(): void;
  /** Sessions ever kept. */
  readonly sessionsKept: number;
  samples(): SessionSamples;
  /** Models in use, or undefined. */
  readonly models: SessionModels | undefined;
  /** Replaces the models in use as a whole. */
  publish(models: SessionModels): void;
  /** Groups in which unusual sessions gather; never evidence. */
  unusual(): readonly UnusualGroup[];
}

/** What sessions that have ended teach about judging those to come. */
export class HindsightPart implements EngineModels {
  readonly gate: SessionGate;
  readonly #sources: HindsightSources;
  readonly #part: ModelPart;
  readonly #unusual: UnusualPart;
  readonly #features: Float64Array = new Float64Array(behaviourFeatures.length);
  #collects = false;

  constructor(sources: HindsightSources) {
    const { state, agents, limits, seed, orchestration } = sources;
    const { sessionsMax } = limits;
    this.#sources = sources;
    this.gate = new SessionGate(seed);
    this.#part = new ModelPart({ state, agents, sessionsMax, subject: (slot) => orchestration.subject(slot) });
    this.#unusual = new UnusualPart(seed);
  }

  get bytesPerSession(): number {
    return this.#part.bytesPerSession;
  }

  get sessionsKept(): number {
    return this.#part.sessionsKept;
  }

  get models(): SessionModels | undefined {
    return this.#part.models;
  }

  collect(): void {
    this.#collects = true;
  }

  samples(): SessionSamples {
    return this.#part.samples();
  }

  publish(models: SessionModels): void {
    this.#part.publish(models);
  }

  unusual(): readonly UnusualGroup[] {
    return this.#unusual.groups();
  }

  open(slot: number): void {
    this.#part.open(slot);
  }

  /** What the models say of a live session. */
  signals(slot: number, row: number): readonly Signal[] {
    return this.#part.signals(slot, row);
  }

  /** A session ends; `signals` are what its ledger and its cohort say. */
  close(
    slot: number,
    row: number,
    { signals, at }: { readonly signals: readonly Signal[]; readonly at: Millis },
  ): void {
    const { state, judge, cohorts, caps } = this.#sources;
    const { clients, sessions } = state;
    const anchored = clients.flag(row, rowFlag.anchored);
    if (!anchored && !this.#collects) return;
    const own = signals.filter(({ group }) => group !== "cohort");
    const judged = judge().row(row, sessions.networkOf(slot), [own]);
    if (anchored) {
      // Anchored clients show how common each oddity is among honest ones: the caps of groups and the gate follow.
      caps.learnAnchored(judged.groups.names.filter((group) => judged.groups.of(group) > 1));
      const account = clients.f64[row * (rowBytes / 8) + row64.account] as Hashed;
      this.gate.learn(judged, account || sessions.identityOf(slot), at);
    }
    if (!this.#collects) return;
    const group = cohorts.subject(slot);
    const cohort = signals.filter((signal) => signal.group === "cohort");
    this.#part.close(slot, row, { signals: [...judged.signals, ...cohort], at, campaign: group });
    this.#look(slot, row, { group, at });
  }

  #look(slot: number, row: number, { group, at }: { readonly group: number; readonly at: Millis }): void {
    const { state, agents, reader } = this.#sources;
    this.#part.read(slot, row, this.#features);
    const application = reader.applicationName(state.clients.applicationOf(row));
    const userAgent = agents.entry(state.clients.agentOf(row)).text;
    this.#unusual.observe({ features: this.#features, application, userAgent, group, at }, this.models?.isolation);
  }
}
