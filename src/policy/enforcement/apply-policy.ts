import type { Action, Verdict } from "#core";
import type { Decision } from "../decisions/decision.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleOutcome } from "../rules/rule-set.ts";
import { decideAction, type EnforcementBasis } from "./decide-action.ts";

/** What the operator's configuration says about acting without a rule. */
export interface PolicyBasis {
  readonly basis: EnforcementBasis;
  /** The largest false-positive rate that the operator's budget allows. */
  readonly certifiedFprMax: number;
}

/** What policy adds to a judgement. */
export interface PolicyInputs {
  /** The standing decision that holds for the request. */
  readonly standing: Decision | undefined;
  /** What the rules said; absent where none are loaded. */
  readonly rules?: RuleOutcome | undefined;
  readonly policy: PolicyBasis;
}

/** What a standing decision rests on: an operator's list, or what a rule or conviction left behind. */
const basisOf = { operator: "list", rule: "rule", conviction: "prior" } as const;

/** Actions that only add a remark: they do not shield a client from what it was convicted of. */
const remarks: ReadonlySet<Action> = new Set(["tag", "log"]);

/**
 * A judged request with its action; the one order of precedence, for the gateway and the library alike. Pure.
 *
 * A standing decision wins and is the reason shown (allowing before refusing), then the first rule that may act (allow
 * rules before all others), then what another part asked for (an agent's lane), then the default policy. A rule that only
 * tags or logs gives way to a refusal. Every rule that matched without acting is noted in `watched`.
 */
export function applyPolicy(judged: Verdict, { standing, rules, policy }: PolicyInputs): Verdict {
  const acting = rules?.acting;
  const watched = watchedOf(judged, rules);
  const base = watched === judged.watched ? judged : { ...judged, watched };
  if (standing !== undefined) {
    const { action, reason, options, origin } = standing;
    const acted = { ...base, action, basis: basisOf[origin], rule: reason } as const;
    return options === undefined ? acted : { ...acted, options };
  }
  if (acting?.does !== undefined && !remarks.has(acting.does.action)) return byRule(base, acting);
  const decided = judged.action === "allow" ? decideAction(judged, policy.basis, policy) : judged;
  if (acting?.does !== undefined && weaker(decided.action)) return byRule(base, acting);
  if (judged.action !== "allow") return base;
  return decided.action === "allow" ? base : { ...base, action: decided.action, basis: decided.basis };
}

function weaker(action: Action): boolean {
  return action === "allow" || remarks.has(action);
}

function byRule(judged: Verdict, { name, does }: Rule): Verdict {
  if (does === undefined) return judged;
  return { ...judged, action: does.action, basis: "rule", rule: name, options: does.options };
}

function watchedOf(judged: Verdict, rules: RuleOutcome | undefined): readonly string[] {
  if (rules === undefined || rules.matched.length === 0) return judged.watched;
  const names = rules.matched.filter((rule) => rule !== rules.acting).map(({ name }) => name);
  return names.length === 0 ? judged.watched : [...judged.watched, ...names];
}
