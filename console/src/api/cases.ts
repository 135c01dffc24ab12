import type { BacktestedRule } from "../../../src/app/operations/policies/backtest-policy.ts";
import type { ActorSummary, Counted } from "./records.ts";

export type { BacktestedRule };

/** Counts per step; a row per step with one number per kind, in the order of `kinds`. */
export interface Series {
  readonly from: number;
  readonly stepMs: number;
  readonly kinds: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

export type Role = "viewer" | "support" | "analyst" | "operator" | "admin";

export interface IncidentSummary {
  readonly id: string;
  readonly title: string;
  readonly goal: string;
  readonly threats: readonly string[];
  readonly state: "open" | "muted" | "resolved";
  readonly severity: "low" | "medium" | "high" | "critical";
  readonly assignee: string | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly requests: number;
  readonly actors: number;
  readonly networks: number;
  readonly accounts: number;
  readonly stopped: number;
  /** Filter terms that select its events. */
  readonly where: readonly string[];
}

export interface Incident extends IncidentSummary {
  readonly reasons: readonly string[];
  readonly series: Series;
  readonly endpoints: readonly Counted[];
  readonly networksTop: readonly Counted[];
  readonly fingerprints: readonly Counted[];
  readonly members: readonly ActorSummary[];
  readonly accountsTouched: readonly Counted[];
  /** What changed and when, the counter-measure that came before it, and why we think so. */
  readonly steps: readonly {
    readonly at: number;
    readonly changed: readonly string[];
    readonly after: string | null;
    readonly why: string;
  }[];
  readonly notes: readonly {
    readonly at: number;
    readonly by: string;
    readonly text: string;
    readonly link: string | null;
  }[];
  readonly cost: {
    readonly originMs: number;
    readonly priced: readonly { readonly name: string; readonly amount: number }[];
    readonly formula: string;
  };
  readonly rule: string | null;
  readonly proposal: PolicyDraft | null;
}

export interface PolicyDraft {
  readonly name: string;
  readonly why: string;
  readonly when: string;
  /** An action, or an action with its options as JSON. */
  readonly does: string;
  readonly ttl?: string;
  readonly tags?: readonly string[];
  readonly applies?: readonly string[];
  readonly mode: "watch" | "canary" | "enforce" | "retired";
}

/** Where a text is wrong, counted in characters from 0, and what may have been meant. */
export interface TextProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly suggestion: string | null;
}

export interface Proposal {
  readonly id: string;
  readonly rule: PolicyDraft;
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly author: string;
  readonly at: number;
  readonly expiresAt: number | null;
  readonly effect: BacktestedRule | null;
}

export interface Pack {
  readonly name: string;
  readonly version: string;
  readonly rules: number;
  readonly enabled: boolean;
  readonly description: string;
}

/** What a rule may ask about. */
export interface Fact {
  readonly name: string;
  readonly type: "bool" | "number" | "string" | "list";
  readonly description: string;
  readonly values: readonly string[];
}

export interface Appeal {
  readonly id: string;
  readonly reference: string;
  readonly at: number;
  readonly text: string;
  readonly contact: string | null;
  readonly state: "open" | "accepted" | "declined";
  readonly ip: string | null;
  readonly reason: string;
  readonly decidedBy: string | null;
}

export interface AlertRule {
  readonly name: string;
  readonly on: string;
  readonly destination: string;
  readonly enabled: boolean;
}

export interface AlertNotice {
  readonly at: number;
  readonly rule: string;
  readonly text: string;
  readonly state: "firing" | "resolved";
  readonly delivery: "delivered" | "retrying" | "dead";
}

export interface UserRow {
  readonly name: string;
  readonly role: Role;
  readonly secondFactor: boolean;
  readonly by: "password" | "provider";
  readonly lastSeen: number | null;
}

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsed: number | null;
}

/** A rule as it stands. */
export interface PolicyRule {
  readonly name: string;
  readonly why: string;
  readonly when: string;
  readonly does: string;
  readonly mode: PolicyDraft["mode"];
  readonly step: string;
  readonly tags: readonly string[];
  readonly applies: readonly string[];
  readonly pack: string;
  readonly author: string;
  readonly changedAt: number | null;
  readonly expiresAt: number | null;
  readonly matched: number;
  readonly acted: number;
  readonly version: number;
}

/** One change of a rule, as text before and after. */
export interface RuleChange {
  readonly version: number;
  readonly at: number;
  readonly who: string;
  readonly why: string;
  readonly before: string;
  readonly after: string;
}

/** Who is signed in and what they may do. */
export interface SessionState {
  readonly user: string | null;
  readonly role: Role | null;
  readonly may: readonly string[];
  readonly bootstrap: boolean;
  readonly csrf: string | null;
  readonly secondFactor: boolean;
  readonly signOn: string | null;
}
