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
  /** Version of the pack, counted up when its rules change meaning; 0: not stated. */
  readonly packVersion: number;
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
  /** Share of honest sessions that may match all the same: what the rule's author knows of its benign lookalikes. */
  readonly bound: number;
  readonly places: RulePlaces;
}

/** Lines and columns, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where a rule and its traces stand in their file. */
export interface RulePlaces {
  readonly rule: Place;
  readonly fires: readonly Place[];
  readonly silent: readonly Place[];
}

/** What a drop-in file changes about a rule of a pack, by its name. Absent: left as it is. */
export interface RuleOverride {
  readonly name: string;
  readonly file: string;
  readonly place: Place;
  readonly changes: Partial<Pick<Rule, "mode" | "canary" | "weight" | "ttlMs" | "does">>;
}
