import type { Verdict } from "#core";
import type { Decision } from "../decisions/decision.ts";
import { decideAction, type EnforcementBasis } from "./decide-action.ts";

/** What policy adds to a judgement: the one order of precedence, for the gateway and the library alike. Pure. */
export interface PolicyBasis {
  readonly basis: EnforcementBasis;
  /** The largest false-positive rate that the operator's budget allows. */
  readonly certifiedFprMax: number;
}

/**
 * A judged request with its action: a standing decision wins and is the reason shown, then what another part asked for (an
 * agent's lane), then the default policy.
 */
export function applyPolicy(judged: Verdict, standing: Decision | undefined, policy: PolicyBasis): Verdict {
  if (standing !== undefined) return { ...judged, action: standing.action, basis: "list", rule: standing.reason };
  if (judged.action !== "allow") return judged;
  const decided = decideAction(judged, policy.basis, policy);
  return decided.action === "allow" ? judged : { ...judged, action: decided.action, basis: decided.basis };
}
