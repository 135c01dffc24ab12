import type {
  AlertNotice,
  AlertRule,
  Appeal,
  AuditRow,
  BacktestResult,
  EndpointRow,
  Fact,
  HealthCheck,
  Pack,
  PolicyDraft,
  PolicyRule,
  PolicyVersion,
  Proposal,
  SearchHit,
  SettingGroup,
  TextProblem,
  TokenRow,
  UserRow,
  Ways,
} from "./control-shapes.ts";
import type {
  ActorSummary,
  Bucket,
  Entity,
  EntityType,
  EventField,
  EventRow,
  EventsInput,
  Explained,
  Incident,
  IncidentSummary,
  Overview,
  Page,
  RangeInput,
  Role,
  Series,
  Session,
  SessionTrail,
  Standing,
} from "./traffic-shapes.ts";

/**
 * What the console asks of the gateway: one entry per operation of the table in `src/app/operations`, by name. Shapes
 * that the table already defines are imported as types from there and replace the ones here as they come. Times are
 * milliseconds since 1970; shares are 0–1; scores are 0–100, higher is worse; absent knowledge is `null`, never 0.
 */
export interface Operations {
  /** Who is asking: role and what it may do; `null` user: nobody is signed in. */
  readonly "session.get": Operation<Nothing, Session>;
  readonly "session.create": Operation<
    { readonly user: string; readonly password: string; readonly code?: string },
    Session
  >;
  readonly "session.delete": Operation<Nothing, Nothing>;
  /** First start: the one-time token from the gateway's output makes the first administrator. */
  readonly "session.bootstrap": Operation<
    { readonly token: string; readonly user: string; readonly password: string },
    Session
  >;
  readonly "overview.get": Operation<RangeInput, Overview>;
  readonly "events.query": Operation<EventsInput, Page<EventRow>>;
  /** Counts of the events a filter leaves, by the values of one field, the most frequent first. */
  readonly "events.top": Operation<
    EventsInput & { readonly by: EventField },
    { readonly total: number; readonly buckets: readonly Bucket[] }
  >;
  /** Requests per step and kind for the events a filter leaves. */
  readonly "events.series": Operation<EventsInput & { readonly stepMs: number }, Series>;
  readonly "explain.get": Operation<{ readonly reference: string }, Explained>;
  readonly "decisions.list": Operation<{ readonly value?: string }, { readonly decisions: readonly Standing[] }>;
  readonly "decisions.add": Operation<
    {
      readonly action: "allow" | "block";
      /** What it applies to: address, network, session, account, fingerprint, cohort. */
      readonly scope: string;
      readonly value: string;
      /** Duration such as `1h`; absent: until lifted. */
      readonly for?: string;
      readonly reason: string;
    },
    Standing
  >;
  readonly "decisions.lift": Operation<{ readonly id: string }, { readonly lifted: readonly Standing[] }>;
  /** Clients that deserve a look, or all that a filter leaves. */
  readonly "actors.list": Operation<EventsInput, Page<ActorSummary>>;
  /** Everything known about one address, network, fingerprint, account, actor or session key. */
  readonly "entities.get": Operation<{ readonly type: EntityType; readonly value: string } & RangeInput, Entity>;
  /** One session's requests in order. */
  readonly "sessions.get": Operation<
    { readonly id: string; readonly cursor?: string; readonly limit?: number },
    SessionTrail
  >;
  /** A person's session on the same application to compare with; `null` when none is known. */
  readonly "sessions.typical": Operation<{ readonly application: string }, SessionTrail | null>;
  readonly "incidents.list": Operation<{ readonly state?: string } & RangeInput, Page<IncidentSummary>>;
  readonly "incidents.get": Operation<{ readonly id: string }, Incident>;
  readonly "incidents.update": Operation<
    {
      readonly id: string;
      readonly assign?: string | null;
      readonly note?: string;
      /** A public address (a commit, a forum post) pinned with the note. */
      readonly link?: string;
      readonly state?: "open" | "muted" | "resolved";
    },
    Incident
  >;
  readonly "graph.get": Operation<
    { readonly application: string; readonly incident?: string; readonly session?: string },
    Ways
  >;
  readonly "endpoints.list": Operation<{ readonly application?: string }, Page<EndpointRow>>;
  readonly "endpoints.mark": Operation<
    { readonly id: string; readonly state: "review" | "ignored" | "protected" },
    EndpointRow
  >;
  readonly "policies.list": Operation<Nothing, { readonly rules: readonly PolicyRule[] }>;
  readonly "policies.check": Operation<{ readonly when: string }, { readonly problems: readonly TextProblem[] }>;
  readonly "policies.backtest": Operation<
    { readonly when: string; readonly then: string } & RangeInput,
    BacktestResult
  >;
  /** A new version of a rule, or its first one. Refused when its cost is over the limit and `confirm` is not its name. */
  readonly "policies.save": Operation<{ readonly rule: PolicyDraft; readonly confirm?: string }, PolicyRule>;
  readonly "policies.move": Operation<
    { readonly name: string; readonly to: PolicyRule["mode"]; readonly confirm?: string },
    PolicyRule
  >;
  readonly "policies.rollback": Operation<{ readonly name: string; readonly version: number }, PolicyRule>;
  readonly "policies.history": Operation<{ readonly name: string }, { readonly versions: readonly PolicyVersion[] }>;
  /** Machine-written rules that wait for a person. */
  readonly "proposals.list": Operation<Nothing, { readonly proposals: readonly Proposal[] }>;
  readonly "proposals.decide": Operation<
    { readonly ids: readonly string[]; readonly decision: "approve" | "watch" | "reject" | "undo" },
    { readonly decided: readonly string[] }
  >;
  readonly "packs.list": Operation<Nothing, { readonly packs: readonly Pack[] }>;
  readonly "vocabulary.get": Operation<Nothing, { readonly facts: readonly Fact[] }>;
  readonly "appeals.list": Operation<{ readonly state?: "open" | "closed" }, Page<Appeal>>;
  /** `accept` lifts what stood against the person, at once; `undo` within 10 s restores it. */
  readonly "appeals.decide": Operation<
    { readonly id: string; readonly decision: "accept" | "decline" | "undo"; readonly allowFor?: string },
    Appeal
  >;
  readonly "alerts.list": Operation<
    Nothing,
    { readonly rules: readonly AlertRule[]; readonly recent: readonly AlertNotice[] }
  >;
  readonly "alerts.test": Operation<
    { readonly destination: string },
    { readonly delivered: boolean; readonly detail: string }
  >;
  readonly "health.get": Operation<Nothing, { readonly checks: readonly HealthCheck[] }>;
  readonly "search.find": Operation<{ readonly query: string }, { readonly hits: readonly SearchHit[] }>;
  readonly "audit.list": Operation<{ readonly cursor?: string; readonly limit?: number }, Page<AuditRow>>;
  readonly "audit.verify": Operation<
    Nothing,
    { readonly intact: boolean; readonly entries: number; readonly problem: string | null }
  >;
  readonly "users.list": Operation<Nothing, { readonly users: readonly UserRow[] }>;
  readonly "users.save": Operation<{ readonly name: string; readonly role: Role; readonly password?: string }, UserRow>;
  readonly "users.delete": Operation<{ readonly name: string }, Nothing>;
  readonly "tokens.list": Operation<Nothing, { readonly tokens: readonly TokenRow[] }>;
  readonly "tokens.create": Operation<
    { readonly name: string; readonly role: Role; readonly for?: string },
    TokenRow & { readonly secret: string }
  >;
  readonly "tokens.revoke": Operation<{ readonly id: string }, Nothing>;
  readonly "settings.get": Operation<Nothing, { readonly groups: readonly SettingGroup[] }>;
}

/** Input and output of one operation. */
export interface Operation<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

/** No input, or an empty answer. */
export type Nothing = Readonly<Record<string, never>>;

/** The operations by name. */
export type OperationName = keyof Operations;
