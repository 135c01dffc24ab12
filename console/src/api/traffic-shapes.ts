import type { PolicyDraft } from "./control-shapes.ts";

/** A time window; both absent: the last hour. */
export interface RangeInput {
  readonly from?: number;
  readonly to?: number;
}

/** Fields that events can be filtered and counted by. */
export type EventField =
  | "application"
  | "kind"
  | "action"
  | "enforced"
  | "ip"
  | "network"
  | "session"
  | "actor"
  | "account"
  | "fingerprint"
  | "agent"
  | "method"
  | "host"
  | "path"
  | "endpoint"
  | "status"
  | "rule"
  | "watched"
  | "detector"
  | "basis"
  | "country"
  | "reference";

/** `where` holds terms `field:value`; `-field:value` excludes. Terms of one field are alternatives, fields add up. */
export interface EventsInput extends RangeInput {
  readonly where?: readonly string[];
  readonly cursor?: string;
  readonly limit?: number;
}

/** A part of a longer list; `total` is exact. `next`: cursor of the following part. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
  readonly next: string | null;
}

/** One value and how often it occurs. */
export interface Bucket {
  readonly value: string;
  readonly count: number;
}

/** Counts per step; a row per step with one number per kind, in the order of `kinds`. */
export interface Series {
  readonly from: number;
  readonly stepMs: number;
  readonly kinds: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

export type Role = "viewer" | "support" | "analyst" | "operator" | "admin";

export interface Session {
  readonly user: string | null;
  readonly role: Role | null;
  /** Names of the operations that this caller may use. */
  readonly may: readonly string[];
  /** True until the first administrator was made. */
  readonly bootstrap: boolean;
  /** Sent back as `X-CSRF-Token` with every change. */
  readonly csrf: string | null;
}

export interface Overview {
  readonly at: number;
  readonly mode: "observe" | "enforce";
  readonly applications: readonly { readonly name: string; readonly mode: "observe" | "enforce" }[];
  readonly series: Series;
  /** Requests by kind in the range; equals `events.query` with the same range. */
  readonly requests: Readonly<Record<string, number>>;
  readonly clients: Readonly<Record<string, number>>;
  readonly addedLatencyUs: { readonly p50: number; readonly p99: number };
  readonly failOpen: number;
  /** Requests by action that was carried out, and by action that observe mode kept from being carried out. */
  readonly done: Readonly<Record<string, number>>;
  readonly would: Readonly<Record<string, number>>;
  readonly openIncidents: number;
  readonly saved: {
    readonly requests: number;
    readonly bytes: number;
    readonly amount: number;
    readonly currency: string;
    readonly formula: string;
  } | null;
  /** Share of requests from hosting, proxy and other infrastructure with a bad name; `null`: no network lists. */
  readonly badInfrastructure: { readonly share: number; readonly requests: number } | null;
  readonly countries: readonly { readonly code: string; readonly requests: number; readonly automated: number }[];
  readonly top: {
    readonly endpoints: readonly Bucket[];
    readonly networks: readonly Bucket[];
    readonly fingerprints: readonly Bucket[];
  };
}

export interface EventRow {
  readonly reference: string;
  readonly at: number;
  readonly application: string;
  readonly ip: string | null;
  readonly network: string;
  readonly country: string | null;
  readonly agent: string;
  readonly fingerprint: string;
  readonly session: string;
  readonly actor: string;
  readonly account: string | null;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number | null;
  readonly durationMs: number | null;
  readonly kind: string;
  readonly action: string;
  readonly enforced: string;
  readonly score: number;
  readonly behaviour: number;
  readonly presentation: number;
  readonly basis: string;
  readonly rule: string | null;
  readonly watched: readonly string[];
  readonly signals: readonly { readonly detector: string; readonly nats: number }[];
  readonly failure: string | null;
}

export interface Explained {
  readonly reference: string;
  readonly at: string;
  readonly application: string;
  readonly request: { readonly ip: string; readonly method: string; readonly path: string; readonly userAgent: string };
  readonly status: number;
  readonly kind: string;
  readonly action: string;
  readonly enforced: string;
  readonly basis: string;
  readonly rule: string | null;
  readonly ruleVersion?: number | null;
  readonly certifiedFpr: number | null;
  readonly score: { readonly total: number; readonly behaviour: number; readonly presentation: number };
  readonly summary: string;
  readonly evidence: readonly { readonly detector: string; readonly nats: number; readonly says: string }[];
  readonly counterfactuals: readonly string[];
  readonly capped: readonly string[];
  readonly priorNats: number;
  readonly revision: number;
  /** From which score on something would have been done. */
  readonly threshold?: number | null;
  readonly session?: string;
  readonly actor?: string;
}

/** A decision of an operator or of the engine that stands. */
export interface Standing {
  readonly id: string;
  readonly scope: string;
  readonly value: string;
  readonly action: string;
  readonly reason: string;
  readonly origin: string;
  readonly createdAt: string;
  readonly expiresInMs: number | null;
}

export interface ActorSummary {
  readonly id: string;
  readonly ip: string | null;
  readonly network: string;
  readonly agent: string;
  readonly application: string;
  readonly requests: number;
  readonly kind: string;
  readonly action: string;
  readonly score: number;
  readonly stopped: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly reasons: readonly string[];
}

export type EntityType = "ip" | "network" | "fingerprint" | "account" | "actor" | "session" | "path" | "rule";

export interface Entity {
  readonly type: EntityType;
  readonly value: string;
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly requests: number;
  readonly shareOfTraffic: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly series: Series;
  /** What it was seen with, by field. */
  readonly neighbours: Readonly<Record<string, readonly Bucket[]>>;
  /** Claims of its presentation that contradict each other, in words. */
  readonly contradictions: readonly string[];
  readonly standing: readonly Standing[];
  readonly reasons: readonly string[];
  readonly sessions: readonly {
    readonly id: string;
    readonly requests: number;
    readonly firstSeen: number;
    readonly kind: string;
    readonly score: number;
  }[];
}

export interface SessionTrail {
  readonly id: string;
  readonly application: string;
  readonly ip: string | null;
  readonly agent: string;
  readonly kind: string;
  readonly score: number;
  readonly total: number;
  readonly next: string | null;
  readonly steps: readonly TrailStep[];
}

/** One request of a session. */
export interface TrailStep {
  readonly reference: string;
  readonly at: number;
  readonly method: string;
  readonly host: string;
  /** Without query; masked parts read `[redacted]`. */
  readonly path: string;
  readonly endpoint: string | null;
  readonly status: number;
  readonly bytes: number | null;
  readonly durationMs: number | null;
  readonly kind: string;
  readonly action: string;
  readonly enforced: string;
  readonly score: number;
  /** Evidence of this step, the loudest first. */
  readonly signals: readonly { readonly detector: string; readonly nats: number; readonly says?: string }[];
  /** Cookies by name: issued with this answer, returned, missing, never issued, out of scope… Values are never kept. */
  readonly cookies: readonly { readonly name: string; readonly fate: string }[];
}

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
}

export interface Incident extends IncidentSummary {
  readonly reasons: readonly string[];
  readonly series: Series;
  readonly endpoints: readonly Bucket[];
  readonly networksTop: readonly Bucket[];
  readonly fingerprints: readonly Bucket[];
  readonly members: readonly ActorSummary[];
  readonly accountsTouched: readonly Bucket[];
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
  readonly cost: { readonly amount: number; readonly currency: string; readonly formula: string } | null;
  readonly proposal: PolicyDraft | null;
  /** Filter terms that select its events. */
  readonly where: readonly string[];
}
