import type { InputOf, OutputOf, OperationName as ServedName } from "../../../src/app/operations/index.ts";
import type * as cases from "./cases.ts";

export type { Explanation } from "../../../src/app/explain/explanation.ts";
export type * from "./cases.ts";
export type * from "./records.ts";

type Empty = Readonly<Record<string, never>>;

/** Input and output of one operation. */
interface Operation<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

/** Operations that screens are ready for and the gateway's table has not yet. */
interface Awaited {
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
  readonly "incidents.merge": Operation<{ readonly id: string; readonly others: readonly string[] }, cases.Incident>;
  readonly "policies.list": Operation<
    { readonly contains?: string },
    {
      readonly version: number;
      readonly degraded: string;
      readonly panic: boolean;
      readonly rules: readonly cases.PolicyRule[];
    }
  >;
  readonly "policies.check": Operation<{ readonly when: string }, { readonly problems: readonly cases.TextProblem[] }>;
  readonly "policies.backtest": Operation<
    { readonly when?: string; readonly names?: readonly string[] },
    {
      readonly from: number;
      readonly to: number;
      readonly storedRequests: number;
      readonly storedSessions: number;
      readonly storedHumans: number;
      readonly tookMs: number;
      readonly rules: readonly cases.BacktestedRule[];
    }
  >;
  readonly "policies.apply": Operation<
    { readonly file: string; readonly text: string; readonly why?: string; readonly confirm?: string },
    { readonly version: number; readonly rules: number }
  >;
  readonly "policies.history": Operation<
    { readonly name?: string },
    { readonly versions: readonly cases.RuleChange[] }
  >;
  readonly "policies.rollback": Operation<
    { readonly version?: number; readonly why?: string },
    { readonly version: number }
  >;
  readonly "session.create": Operation<
    { readonly user: string; readonly password: string; readonly code?: string },
    cases.SessionState
  >;
  readonly "session.bootstrap": Operation<
    { readonly token: string; readonly user: string; readonly password: string },
    cases.SessionState
  >;
  readonly "session.delete": Operation<Empty, unknown>;
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
  readonly "users.list": Operation<Empty, { readonly users: readonly cases.UserRow[] }>;
  readonly "tokens.list": Operation<Empty, { readonly tokens: readonly cases.TokenRow[] }>;
}

type Served = { readonly [Name in ServedName]: Operation<InputOf<Name>, OutputOf<Name>> };

/**
 * What the console asks of the gateway: the operations table by its types and, until it has them, those that are
 * awaited. An operation that a gateway does not have is said so on its screen; nothing is made up in its place.
 */
export type Operations = Served & Omit<Awaited, ServedName>;

/** The operations by name. */
export type OperationName = keyof Operations;
