/**
 * Shapes of what was recorded, as the gateway's operations answer them. Times are ms since 1970, scores 0–100 and
 * higher is worse, empty text means that nothing is known.
 */
export interface EventFilter {
  readonly from?: number;
  readonly to?: number;
  readonly kind?: readonly string[];
  readonly action?: readonly string[];
  readonly enforced?: readonly string[];
  readonly application?: readonly string[];
  readonly ip?: string;
  readonly session?: string;
  readonly actor?: string;
  readonly cohort?: string;
  readonly fingerprint?: string;
  readonly agent?: string;
  readonly verified?: string;
  readonly path?: string;
  readonly template?: string;
  readonly method?: string;
  readonly status?: number;
  readonly rule?: string;
  readonly detector?: string;
  readonly account?: number;
  readonly reference?: string;
  readonly scoreMin?: number;
  /** Events that carry one of these are left out. */
  readonly exclude?: readonly { readonly field: string; readonly value: string }[];
}

/** One finding of a detector. */
export interface EventSignal {
  readonly detector: string;
  readonly axis: string;
  readonly group: string;
  readonly nats: number;
  readonly evidence: Readonly<Record<string, string | number>>;
}

/** One recorded decision. */
export interface EventRow {
  readonly reference: string;
  readonly at: number;
  readonly application: string;
  readonly session: string;
  readonly actor: string;
  readonly cohort: string;
  readonly ip: string;
  readonly network: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly template: string;
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly agent: string;
  readonly verified: string;
  readonly ja4: string;
  readonly headers: string;
  readonly kind: string;
  readonly action: string;
  readonly enforced: string;
  readonly score: { readonly total: number; readonly behaviour: number; readonly presentation: number };
  readonly basis: string;
  readonly rule: string;
  readonly watched: readonly string[];
  readonly signals: readonly EventSignal[];
  readonly decisionUs: number;
}

/** A value and how many requests showed it. */
export interface Counted {
  readonly value: string;
  readonly requests: number;
}

/** A field whose values can be counted. */
export type FacetField =
  | "kind"
  | "action"
  | "enforced"
  | "application"
  | "network"
  | "actor"
  | "session"
  | "cohort"
  | "template"
  | "path"
  | "method"
  | "status"
  | "rule"
  | "agent"
  | "verified"
  | "ja4"
  | "headers"
  | "basis";

/** What happened in a span. */
export interface Overview {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly mode: string;
  readonly applications: readonly { readonly name: string; readonly mode: string }[];
  readonly kinds: readonly string[];
  readonly totals: { readonly requests: number; readonly sessions: number; readonly actors: number };
  readonly byKind: Readonly<Record<string, number>>;
  readonly rows: readonly (readonly number[])[];
  readonly enforced: Readonly<Record<string, number>>;
  readonly wouldHave: Readonly<Record<string, number>>;
  readonly addedLatencyUs: { readonly p50: number; readonly p99: number };
  readonly saved: { readonly requests: number; readonly milliseconds: number; readonly formula: string };
  readonly badInfrastructureShare: number | null;
  readonly incidents: { readonly open: number };
  readonly waiting: number;
  readonly shed: number;
}

/** One session in a line. */
export interface SessionSummary {
  readonly id: string;
  readonly application: string;
  readonly actor: string;
  readonly ip: string;
  readonly agent: string;
  readonly requests: number;
  readonly kind: string;
  readonly action: string;
  readonly score: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** One request of a session. */
export interface SessionStep {
  readonly event: EventRow;
  readonly gapMs: number | null;
  readonly reasons: readonly string[];
}

/** A session, request by request. */
export interface SessionDetail {
  readonly session: SessionSummary;
  readonly steps: readonly SessionStep[];
  readonly more: number;
}

/** One actor over a span. */
export interface ActorSummary {
  readonly id: string;
  readonly requests: number;
  readonly sessions: number;
  readonly networks: number;
  readonly ip: string;
  readonly agent: string;
  readonly kind: string;
  readonly action: string;
  readonly score: number;
  readonly stopped: number;
  readonly cohort: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** One actor with what it did. */
export interface ActorDetail {
  readonly actor: ActorSummary;
  readonly sessions: readonly SessionSummary[];
  readonly endpoints: readonly Counted[];
  readonly networks: readonly Counted[];
  readonly agents: readonly Counted[];
  readonly detectors: readonly Counted[];
}

/** Sessions judged together: who they are and what speaks against them. */
export interface CohortCase {
  readonly id: string;
  readonly grouping: string;
  readonly application: string;
  readonly state: string;
  readonly sessions: number;
  readonly addresses: number;
  readonly countries: number;
  readonly addressSample: readonly string[];
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly nats: number;
  readonly needed: number | null;
  readonly conviction: {
    readonly since: number;
    readonly basis: string;
    readonly enforced: boolean;
    readonly certifiedFpr: number | null;
    readonly purity: number;
    readonly evidence: readonly string[];
  } | null;
}

/** A cohort with its members and where they went. */
export interface CohortDetail {
  readonly cohort: CohortCase | null;
  readonly requests: number;
  readonly sessions: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly actors: readonly ActorSummary[];
  readonly endpoints: readonly Counted[];
  readonly timeline: { readonly from: number; readonly stepMs: number; readonly counts: readonly number[] };
}

/** A standing decision. */
export interface Standing {
  readonly id: string;
  readonly scope: string;
  readonly value: string;
  readonly action: string;
  readonly reason: string;
  readonly origin: string;
  readonly createdAt: number;
  readonly expiresInMs: number | null;
}

/** How the gateway is. */
export interface Health {
  readonly state: "good" | "warning" | "bad";
  readonly version: string;
  readonly node: string;
  readonly uptimeSeconds: number;
  readonly memoryBytes: number;
  readonly parts: readonly {
    readonly name: string;
    readonly state: "good" | "warning" | "bad";
    readonly says: string;
    readonly fix: string;
  }[];
  readonly records: { readonly appended: number; readonly stored: number; readonly shed: number };
  readonly failModeUsed: Readonly<Record<string, number>>;
  readonly engine: Readonly<Record<string, number>>;
}

/** One thing that a search found. */
export interface SearchHit {
  readonly type: string;
  readonly value: string;
  readonly requests: number;
  readonly filter: EventFilter;
}

/** One change that somebody made. */
export interface AuditLine {
  readonly number: number;
  readonly at: number;
  readonly who: string;
  readonly operation: string;
  readonly subject: Readonly<Record<string, unknown>>;
  readonly hash: string;
}
