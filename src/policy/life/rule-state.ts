import type { Millis } from "#core";
import type { Rule, RuleMode } from "../rules/rule.ts";

/** What was decided about a rule after it was written: it stands over the mode that its file says. */
export interface RuleState {
  readonly mode: RuleMode;
  /** Share of sessions while `mode` is canary. */
  readonly canary: number;
  /** Wall clock. */
  readonly at: Millis;
  readonly who: string;
  readonly why: string;
  /** The definition that was decided about; another definition is another rule and starts over. */
  readonly definition: string;
  /** Wall clock; the rule is retired then. Absent: it stays. */
  readonly expiresAt?: Millis | undefined;
}

/** The steps of a rule's life, each asked for on its own. */
export type LifeStep = "watch" | "canary-1" | "canary-10" | "enforce" | "retired";

/** The shares of the two canary steps. */
export const canaryShares: Readonly<Record<"canary-1" | "canary-10", number>> = Object.freeze({
  "canary-1": 0.01,
  "canary-10": 0.1,
});

/** What makes a rule the rule it is: all that changes whom it matches and what happens then. */
export function definitionOf({ when, does, weight, ttlMs, applies }: Rule): string {
  return JSON.stringify({ when, does, weight, ttlMs, applies });
}

/** A rule with the mode that holds for it. A state that was decided about another definition does not count. */
export function withState(rule: Rule, state: RuleState | undefined): Rule {
  if (state === undefined || state.definition !== definitionOf(rule)) return rule;
  return { ...rule, mode: state.mode, canary: state.canary };
}

/** Where a rule stands. Shares below the second canary step count as the first. */
export function stepOf({ mode, canary }: Pick<Rule, "mode" | "canary">): LifeStep {
  if (mode !== "canary") return mode;
  return canary < canaryShares["canary-10"] ? "canary-1" : "canary-10";
}

/** The step that approving leads to; undefined when there is none. */
export function nextStep(step: LifeStep): LifeStep | undefined {
  const order: readonly LifeStep[] = ["watch", "canary-1", "canary-10", "enforce"];
  return step === "retired" ? "watch" : order[order.indexOf(step) + 1];
}

/** Mode and share of a step. */
export function modeOf(step: LifeStep): Pick<Rule, "mode" | "canary"> {
  if (step === "canary-1" || step === "canary-10") return { mode: "canary", canary: canaryShares[step] };
  return { mode: step, canary: canaryShares["canary-1"] };
}
