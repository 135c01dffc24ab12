import type { GaitError } from "#core";
import type { EdgeStats } from "#edge";
import type { Engine } from "#engine";
import type { AgentRow } from "../agents/agent-ledger.ts";
import type { AlertDesk } from "../alerts/alert-desk.ts";
import type { Config } from "../config/config.ts";
import type { Probes } from "../doctor/probe-guard.ts";
import type { Identity } from "../identity/identity.ts";
import type { IncidentBook } from "../incidents/incident-book.ts";
import type { ListAlarm } from "../intel/load-networks.ts";
import type { Learned } from "../learned/open-learned.ts";
import type { Trainer } from "../learned/open-trainer.ts";
import type { Passive } from "../passive/open-passive.ts";
import type { PolicyRoom } from "../policy/open-live-policy.ts";
import type { WebhookDesk } from "../policy/webhook-desk.ts";
import type { Publishing } from "../publish/open-publish.ts";
import type { Records } from "../records/open-records.ts";
import type { Protection } from "./protection.ts";
import type { Witness } from "./witness.ts";

/** How a reload went. */
export type ReloadResult =
  | { readonly kind: "reloaded"; readonly revision: number; readonly atNextStart: readonly string[] }
  | { readonly kind: "refused"; readonly reason: string };

/** How an upgrade in place went; a refused one changed nothing. */
export type UpgradeResult =
  | { readonly kind: "upgraded"; readonly pid: number }
  | { readonly kind: "refused"; readonly reason: string };

/** The busiest agents first. */
export interface AgentReport {
  readonly requests: number;
  readonly agents: readonly AgentRow[];
  readonly alarms: readonly ListAlarm[];
}

/** What the admin plane sees of the running gateway. */
export interface Service {
  readonly startedAt: number;
  readonly config: Config;
  readonly revision: number;
  readonly configFile: string | undefined;
  /** Empty while everything is as configured; else why it is not (a bad file at start, a refused reload). */
  readonly degraded: string;
  readonly reloadsRefused: number;
  readonly draining: boolean;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** Doors of the proxies beside us. */
  readonly beside: readonly { readonly host: string; readonly port: number }[];
  /** Doors that tell of what is over. */
  readonly passive: Passive;
  /** Decisions offered to others. */
  readonly publishing: Publishing;
  /** Rounds of `gait doctor`. */
  readonly probes: Probes;
  readonly adminAddress: string | undefined;
  readonly socketPath: string;
  readonly witness: Witness;
  readonly protection: Protection;
  readonly policyRoom: PolicyRoom;
  readonly records: Records;
  readonly identity: Identity;
  readonly incidents: IncidentBook;
  readonly alerts: AlertDesk;
  readonly webhooks: WebhookDesk;
  /** What the engine learned, for people to look at. */
  readonly engine: Engine;
  /** Trains the engine's models on another thread. */
  readonly trainer: Pick<Trainer, "report" | "failure">;
  /** What the engine knew from before, and how writing it down goes. */
  readonly learned: Pick<Learned, "notice" | "failures" | "failure">;
  edgeStats(): EdgeStats;
  engineStats(): Readonly<Record<string, number>>;
  /** Agents on this site since the start, and what is wrong with the address lists. */
  agentReport(): AgentReport;
  /** Resolves when the networks of the last configuration are in place, or could not be read. */
  networksInPlace(): Promise<void>;
  reload(): ReloadResult;
  /** Starts the program anew on the same sockets; when that serves, this process drains and ends. Never throws. */
  upgrade(): Promise<UpgradeResult>;
}

/** An error as one line for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error as GaitError);
}
