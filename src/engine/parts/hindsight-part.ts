import type { Hashed, Millis, Signal } from "#core";
import { row64, rowBytes, rowFlag } from "../clients/client-table.ts";
import { SessionGate } from "../cohorts/index.ts";
import type { FeatureState } from "../features/state.ts";
import type { GroupCaps } from "../groups.ts";
import type { Judge } from "../judge.ts";

/** What hindsight needs of the guard. */
export interface HindsightSources {
  readonly state: FeatureState;
  readonly caps: GroupCaps;
  readonly seed: number;
  /** Made after this part: it asks the gate. */
  judge(): Pick<Judge, "row">;
}

/** What sessions that have ended teach about judging those to come. */
export class HindsightPart {
  readonly gate: SessionGate;
  readonly #sources: HindsightSources;

  constructor(sources: HindsightSources) {
    this.#sources = sources;
    this.gate = new SessionGate(sources.seed);
  }

  /** A session ends; `signals` are what its ledger and its cohort say. */
  close(
    slot: number,
    row: number,
    { signals, at }: { readonly signals: readonly Signal[]; readonly at: Millis },
  ): void {
    if (this.#sources.state.clients.flag(row, rowFlag.anchored)) this.#learnAnchored(slot, row, { signals, at });
  }

  /** Anchored clients show how common each oddity is among honest ones: the caps of groups and the gate follow. */
  #learnAnchored(
    slot: number,
    row: number,
    { signals, at }: { readonly signals: readonly Signal[]; readonly at: Millis },
  ): void {
    const { state, caps, judge } = this.#sources;
    const { clients, sessions } = state;
    const own = signals.filter(({ group }) => group !== "cohort");
    const judged = judge().row(row, sessions.networkOf(slot), [own]);
    caps.learnAnchored(judged.groups.names.filter((group) => judged.groups.of(group) > 1));
    const account = clients.f64[row * (rowBytes / 8) + row64.account] as Hashed;
    this.gate.learn(judged, account || sessions.identityOf(slot), at);
  }
}
