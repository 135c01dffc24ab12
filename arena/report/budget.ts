import type { RunReport } from "./run-report.ts";

/** What a run must not fall below or rise above; missing: not held. Set with room for the noise of shared machines. */
export interface Budget {
  readonly attackStoppedAfterConvictionMin?: number;
  readonly peopleSessionsStoppedMax?: number;
  readonly caseAAfterConvictionMin?: number;
  readonly caseBShareMax?: number;
  readonly microsecondsPerRequestMax?: number;
  readonly peakMbMax?: number;
}

/** The budgets a run broke, as sentences with both numbers. */
export function brokenBudgets({ summary }: RunReport, budget: Budget): readonly string[] {
  const least = (name: string, found: number, min: number | undefined): readonly string[] =>
    min === undefined || found >= min
      ? []
      : [`seed ${summary.seed}: ${name} is ${found}, at least ${min} was reached before`];
  const most = (name: string, found: number, max: number | undefined): readonly string[] =>
    max === undefined || found <= max ? [] : [`seed ${summary.seed}: ${name} is ${found}, at most ${max} is allowed`];
  return [
    ...least(
      "attackStoppedAfterConviction",
      summary.attackStoppedAfterConviction,
      budget.attackStoppedAfterConvictionMin,
    ),
    ...most("peopleSessionsStopped", summary.peopleSessionsStopped, budget.peopleSessionsStoppedMax),
    ...least("caseA.afterConviction", summary.caseA.afterConviction ?? 0, budget.caseAAfterConvictionMin),
    ...most("caseB.shareOfCatalogue", summary.caseB.shareOfCatalogue, budget.caseBShareMax),
    ...most("microsecondsPerRequest", summary.microsecondsPerRequest, budget.microsecondsPerRequestMax),
    ...most("peakMb", summary.peakMb, budget.peakMbMax),
  ];
}
