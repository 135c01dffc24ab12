import type { CohortView } from "#engine";
import type { DecisionTable } from "#policy";

/**
 * Lifts what rests on convictions that no longer stand: the engine exonerated the cohort, or took its conviction back. Called by
 * the caller's timer; looks at cohorts only while something rests on one. Returns how many verdicts were lifted.
 */
export function liftExonerated(decisions: DecisionTable, cohorts: () => readonly CohortView[]): number {
  const resting = new Set(decisions.list().flatMap(({ cohort, origin }) => (origin === "operator" ? [] : [cohort])));
  resting.delete("");
  if (resting.size === 0) return 0;
  let lifted = 0;
  for (const { key, state } of cohorts()) {
    const name = key.toString(36);
    if (state === "known honest" && resting.has(name)) lifted += decisions.exonerate(name);
  }
  return lifted;
}
