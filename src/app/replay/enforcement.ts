import type { Action, Verdict } from "#core";
import { decideAction } from "#policy";

/** What the default policy does, strongest first. */
export const outcomes: readonly Action[] = ["block", "throttle", "tag", "allow"];

/**
 * What the default policy would have done on `basis: prior`: the same decision that `gait serve` makes. Declared bots are
 * shown as marked although they pass: an operator decides which are welcome.
 */
export function actionFor(verdict: Verdict): Action {
  if (verdict.action !== "allow") return verdict.action;
  if (verdict.kind === "declared-bot") return "tag";
  return decideAction(verdict, "prior", { certifiedFprMax: 0 }).action;
}
