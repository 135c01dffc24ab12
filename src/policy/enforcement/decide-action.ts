import type { Action, Verdict } from "#core";

/** What `mode: enforce` acts on: convictions from the first hour, or only what carries an earned bound. */
export type EnforcementBasis = "prior" | "certified";

/** A decision of policy about one judged request. */
export interface ActionDecision {
  readonly action: Action;
  readonly basis: Verdict["basis"];
}

/**
 * Behaviour alone must say nine to one before a single client is refused without a certificate. Between this and
 * "automated" the client is slowed down, which costs a wrongly judged person a second and a scraper its speed.
 */
const blockBehaviourMin = 90;

const allowed: ActionDecision = Object.freeze({ action: "allow", basis: "none" });
const slowed: ActionDecision = Object.freeze({ action: "throttle", basis: "prior" });
const blockedByPrior: ActionDecision = Object.freeze({ action: "block", basis: "prior" });
const blockedByCertificate: ActionDecision = Object.freeze({ action: "block", basis: "certified" });

/**
 * The action for a judged client. Pure. People, declared bots, verified agents and the unknown pass; presentation
 * never decides, because `score.behaviour` holds none of it.
 *
 * @param certifiedFprMax The largest false-positive rate that the operator's budget allows; only read under `certified`.
 */
export function decideAction(
  verdict: Pick<Verdict, "kind" | "score" | "certifiedFpr">,
  basis: EnforcementBasis,
  { certifiedFprMax }: { readonly certifiedFprMax: number },
): ActionDecision {
  if (verdict.kind !== "automated") return allowed;
  if (verdict.certifiedFpr !== null && verdict.certifiedFpr <= certifiedFprMax) return blockedByCertificate;
  if (basis === "certified") return allowed;
  return verdict.score.behaviour >= blockBehaviourMin ? blockedByPrior : slowed;
}
