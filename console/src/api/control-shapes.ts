import type { Bucket, EventRow, Role } from "./traffic-shapes.ts";

/** People's ways through an application, and one attacker's on top. */
export interface Ways {
  readonly application: string;
  readonly sentence: string;
  readonly nodes: readonly { readonly id: string; readonly label: string; readonly sensitive: boolean }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly share: number;
    readonly support: number;
  }[];
  readonly path: readonly {
    readonly from: string;
    readonly to: string;
    readonly count: number;
    readonly diverges: boolean;
  }[];
}

export interface EndpointRow {
  readonly id: string;
  readonly application: string;
  readonly method: string;
  readonly template: string;
  readonly requests: number;
  readonly automatedShare: number | null;
  readonly errorShare: number | null;
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly authenticated: string | null;
  readonly tags: readonly string[];
  readonly state: "review" | "ignored" | "protected";
}

export interface PolicyDraft {
  readonly name: string;
  readonly why: string;
  readonly when: string;
  /** An action, or an action with its options as JSON. */
  readonly then: string;
  readonly ttl?: string;
  readonly tags?: readonly string[];
  readonly applies?: readonly string[];
  readonly mode: "watch" | "canary" | "enforce" | "retired";
}

export interface PolicyRule extends PolicyDraft {
  readonly version: number;
  readonly pack: string | null;
  readonly author: string;
  readonly changedAt: number | null;
  readonly matched: number;
  readonly acted: number;
  readonly expiresAt: number | null;
}

export interface PolicyVersion {
  readonly version: number;
  readonly at: number;
  readonly author: string;
  readonly rule: PolicyDraft;
}

/** Where a text is wrong, counted in characters from 0, and what may have been meant. */
export interface TextProblem {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly suggestion: string | null;
}

export interface BacktestResult {
  readonly from: number;
  readonly to: number;
  readonly requests: number;
  readonly sessions: number;
  readonly likelyHuman: number;
  readonly verifiedBots: number;
  readonly humanLimit: number;
  readonly overLimit: boolean;
  readonly tookMs: number;
  readonly byPath: readonly Bucket[];
  readonly byNetwork: readonly Bucket[];
  readonly samples: readonly EventRow[];
}

export interface Proposal {
  readonly id: string;
  readonly rule: PolicyDraft;
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly author: string;
  readonly at: number;
  readonly expiresAt: number | null;
  readonly effect: BacktestResult | null;
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

export interface HealthCheck {
  readonly id: string;
  readonly title: string;
  readonly state: "good" | "recommended" | "important" | "critical";
  readonly detail: string;
  readonly remedy: string | null;
}

export interface SearchHit {
  readonly type: string;
  readonly value: string;
  readonly detail: string;
}

export interface AuditRow {
  readonly sequence: number;
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly subject: string;
  readonly detail: string;
}

export interface UserRow {
  readonly name: string;
  readonly role: Role;
  readonly secondFactor: boolean;
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

export interface SettingGroup {
  readonly title: string;
  readonly settings: readonly { readonly key: string; readonly value: string; readonly origin: string }[];
}
