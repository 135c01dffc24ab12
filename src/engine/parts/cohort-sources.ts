import { combine32, type Exchange, type Hashed, type Intel } from "#core";
import type { Facts } from "../features/facts.ts";
import type { FeatureState } from "../features/state.ts";
import type { OrchestrationCase } from "../intent/orchestration.ts";
import type { SessionTable } from "../sessions/session-table.ts";
import { foldHashed } from "../sessions/text-hash.ts";
import type { EnumerationPart } from "./enumeration-part.ts";
import type { SequencePart } from "./sequence-part.ts";
import type { WalkPart } from "./walk-part.ts";

/** What the cohort part needs of the guard. */
export interface CohortSources {
  readonly state: FeatureState;
  readonly sequence: SequencePart;
  readonly walks: WalkPart;
  readonly intel: Pick<Intel, "network">;
  readonly sessionsMax: number;
  applicationName(index: number): string;
  renderAddress(row: number): string;
  readonly enumeration: EnumerationPart;
  /** How many of device, network and country are new to the account that a request claims; -1 unknown. */
  novelty(facts: Facts, exchange: Exchange): number;
  /** Ledger and graph rows of a live session, where cookies are observed. */
  subject(slot: number): OrchestrationCase | undefined;
}

/** The device that a session's cookie names, by an earlier issue of ours; 0: none. */
export function deviceOf(sessions: SessionTable, slot: number): number {
  const identity = sessions.identityOf(slot);
  return identity === 0 ? 0 : foldHashed(identity);
}

/** Names a session apart from all others: its slot and when it began. */
export function visitOf(sessions: SessionTable, slot: number): Hashed {
  return combine32(slot, sessions.firstAt(slot) >>> 0);
}
