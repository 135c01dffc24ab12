import type { Action, Kind, Score } from "#core";

/** Behaviour from which a single client would be blocked; below it automation would be slowed down. */
const blockBehaviourMin = 90;

/**
 * What the default policy would have done on `basis: prior`: automation that its behaviour alone convicts at nine
 * to one is blocked, weaker automation slowed down, declared bots only marked (an operator decides which are
 * welcome). People, verified agents and what could not be told are let through.
 */
export function actionFor(kind: Kind, score: Score): Action {
  if (kind === "automated") return score.behaviour >= blockBehaviourMin ? "block" : "throttle";
  return kind === "declared-bot" ? "tag" : "allow";
}
