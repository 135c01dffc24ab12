import type { Explanation } from "../../../src/app/explain/explanation.ts";
import type * as cases from "./cases.ts";
import type * as records from "./records.ts";

export type { Explanation } from "../../../src/app/explain/explanation.ts";
export type * from "./cases.ts";
export type * from "./records.ts";

type Empty = Readonly<Record<string, never>>;

/** Input and output of one operation. */
interface Operation<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

/**
 * What the console asks of the gateway, by operation. An operation that this gateway does not have is said so on its
 * screen; nothing is ever made up in its place.
 */
export interface Operations {
  readonly overview: Operation<
    { readonly from?: number; readonly to?: number; readonly application?: string; readonly steps?: number },
    records.Overview
  >;
  readonly "events.query": Operation<
    records.EventFilter & { readonly cursor?: string; readonly limit?: number; readonly count?: boolean },
    {
      readonly events: readonly records.EventRow[];
      readonly next: string | null;
      readonly total: number | null;
    }
  >;
  readonly "events.facets": Operation<
    records.EventFilter & { readonly field: records.FacetField; readonly limit?: number },
    { readonly values: readonly (records.Counted & { readonly sessions: number })[] }
  >;
  readonly "events.series": Operation<
    records.EventFilter & {
      readonly from: number;
      readonly to: number;
      readonly steps?: number;
      readonly by?: "kind" | "action" | "enforced" | "application" | "status";
    },
    {
      readonly from: number;
      readonly stepMs: number;
      readonly names: readonly string[];
      readonly rows: readonly (readonly number[])[];
    }
  >;
  /** How often one endpoint followed another in a session, the most frequent first. */
  readonly "events.ways": Operation<
    records.EventFilter & { readonly limit?: number },
    {
      readonly ways: readonly {
        readonly from: string;
        readonly to: string;
        readonly requests: number;
        readonly sessions: number;
      }[];
    }
  >;
  readonly "decisions.find": Operation<{ readonly reference: string }, Explanation>;
  readonly "decisions.list": Operation<
    { readonly contains?: string; readonly action?: string },
    { readonly total: number; readonly decisions: readonly records.Standing[] }
  >;
  readonly "decisions.add": Operation<
    {
      readonly value: string;
      readonly action: "block" | "allow" | "throttle" | "challenge";
      readonly scope?: "address" | "network" | "fingerprint" | "cohort";
      readonly for?: string;
      readonly reason?: string;
    },
    records.Standing
  >;
  readonly "decisions.remove": Operation<
    { readonly value: string; readonly reason?: string },
    { readonly lifted: readonly records.Standing[] }
  >;
  readonly "actors.list": Operation<
    records.EventFilter & { readonly order?: string; readonly limit?: number; readonly offset?: number },
    { readonly actors: readonly records.ActorSummary[] }
  >;
  readonly "actors.get": Operation<{ readonly id: string }, records.ActorDetail>;
  readonly "sessions.get": Operation<{ readonly id: string; readonly limit?: number }, records.SessionDetail>;
  readonly "cohorts.list": Operation<
    { readonly state?: "convicted" | "all"; readonly application?: string; readonly limit?: number },
    { readonly total: number; readonly cohorts: readonly records.CohortCase[] }
  >;
  readonly "cohorts.get": Operation<{ readonly id: string }, records.CohortDetail>;
  readonly "incidents.list": Operation<
    { readonly state?: string },
    { readonly incidents: readonly cases.IncidentSummary[] }
  >;
  readonly "incidents.get": Operation<{ readonly id: string }, cases.Incident>;
  readonly "incidents.update": Operation<
    {
      readonly id: string;
      readonly assign?: string | null;
      readonly note?: string;
      readonly link?: string;
      readonly state?: "open" | "muted" | "resolved";
    },
    cases.Incident
  >;
  readonly "endpoints.list": Operation<
    { readonly contains?: string; readonly limit?: number },
    {
      readonly total: number;
      readonly endpoints: readonly { readonly template: string; readonly class: string; readonly requests: number }[];
    }
  >;
  readonly "policies.list": Operation<Empty, { readonly rules: readonly cases.PolicyRule[] }>;
  readonly "policies.check": Operation<{ readonly when: string }, { readonly problems: readonly cases.TextProblem[] }>;
  readonly "policies.backtest": Operation<
    { readonly when: string; readonly from?: number; readonly to?: number },
    cases.BacktestResult
  >;
  readonly "policies.save": Operation<
    { readonly rule: cases.PolicyDraft; readonly confirm?: string },
    cases.PolicyRule
  >;
  readonly "policies.history": Operation<
    { readonly name: string },
    { readonly versions: readonly cases.PolicyVersion[] }
  >;
  readonly "policies.rollback": Operation<{ readonly name: string; readonly version: number }, cases.PolicyRule>;
  readonly "proposals.list": Operation<Empty, { readonly proposals: readonly cases.Proposal[] }>;
  readonly "proposals.decide": Operation<
    { readonly ids: readonly string[]; readonly decision: "approve" | "watch" | "reject" | "undo" },
    { readonly decided: readonly string[] }
  >;
  readonly "packs.list": Operation<Empty, { readonly packs: readonly cases.Pack[] }>;
  readonly "vocabulary.list": Operation<Empty, { readonly facts: readonly cases.Fact[] }>;
  readonly "appeals.list": Operation<{ readonly state?: string }, { readonly appeals: readonly cases.Appeal[] }>;
  readonly "appeals.decide": Operation<
    { readonly id: string; readonly decision: "accept" | "decline" | "undo"; readonly allowFor?: string },
    cases.Appeal
  >;
  readonly "alerts.list": Operation<
    Empty,
    { readonly rules: readonly cases.AlertRule[]; readonly recent: readonly cases.AlertNotice[] }
  >;
  readonly "alerts.test": Operation<
    { readonly destination: string },
    { readonly delivered: boolean; readonly detail: string }
  >;
  readonly health: Operation<Empty, records.Health>;
  readonly search: Operation<
    { readonly text: string; readonly limit?: number },
    { readonly hits: readonly records.SearchHit[] }
  >;
  readonly "audit.list": Operation<
    { readonly after?: number; readonly limit?: number },
    { readonly entries: readonly records.AuditLine[]; readonly next: number | null; readonly total: number }
  >;
  readonly "audit.verify": Operation<
    Empty,
    {
      readonly whole: boolean;
      readonly entries: number;
      readonly broken: number | null;
      readonly problem: string;
    }
  >;
  readonly "config.effective": Operation<
    Empty,
    { readonly revision: number; readonly file: string | null; readonly degraded: string; readonly yaml: string }
  >;
  readonly "users.list": Operation<Empty, { readonly users: readonly cases.UserRow[] }>;
  readonly "tokens.list": Operation<Empty, { readonly tokens: readonly cases.TokenRow[] }>;
}

/** The operations by name. */
export type OperationName = keyof Operations;
