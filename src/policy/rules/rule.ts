import type { Action, ActionOptions } from "#core";
import type { Condition } from "../language/compile.ts";

/** States of a rule: recorded only, enforced for a share of sessions, enforced, kept for the record. */
export type RuleMode = "watch" | "canary" | "enforce" | "retired";

/** What a rule does when it matches. */
export interface RuleAction {
  readonly action: Action;
  readonly options: ActionOptions;
}

/** A loaded rule: everything its author wrote, checked, and its compiled condition. */
export interface Rule {
  readonly name: string;
  readonly pack: string;
  /** Why it exists, in a sentence for the person who is asked about a block. */
  readonly why: string;
  readonly when: string;
  readonly condition: Condition;
  /** Undefined for a rule that only adds weight. */
  readonly does: RuleAction | undefined;
  /** Evidence in nats that a match adds to the score; 0 for a rule that only acts. */
  readonly weight: number;
  /** How long a verdict stands after a match, in milliseconds; 0: for this request only. */
  readonly ttlMs: number;
  readonly mode: RuleMode;
  /** Share of sessions a canary rule is enforced for, in (0, 1). */
  readonly canary: number;
  /** OWASP OAT, API Top 10 and ATT&CK identifiers. */
  readonly tags: readonly string[];
  /** Application tags it is for; empty: every application. */
  readonly applies: readonly string[];
  readonly traces: { readonly fires: readonly string[]; readonly silent: readonly string[] };
}
