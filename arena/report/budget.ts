import type { RunReport } from "./run-report.ts";

/** What a run must not fall below or rise above; missing: not held. Set with room for the noise of shared machines. */
export interface Budget {
  readonly peopleSessionsMin?: number;
  readonly peopleSessionsStoppedMax?: number;
  readonly pastStoppedMax?: number;
  /** Of the requests of all attacks after the first that was stopped. */
  readonly attackStoppedAfterConvictionMin?: number;
  readonly caseALibraryAfterConvictionMin?: number;
  readonly caseAStepsSurvivedMin?: number;
  readonly caseAHeadlessMin?: number;
  readonly caseBShareMax?: number;
  readonly caseDStoppedMin?: number;
  readonly caseDPeopleStoppedMax?: number;
  readonly caseDAccountsLostMax?: number;
  /** Processor time, divided by how much slower this machine is than the one the budget was set on. */
  readonly microsecondsPerRequestMax?: number;
  readonly peakMbMax?: number;
}

/** The budgets a run broke, as sentences with both numbers. */
export function brokenBudgets({ summary }: Pick<RunReport, "summary">, budget: Budget): readonly string[] {
  const held = (
    name: string,
    found: number,
    { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
  ): readonly string[] => [
    ...(min === undefined || found >= min
      ? []
      : [`seed ${summary.seed}: ${name} is ${round(found)}, at least ${min} is held`]),
    ...(max === undefined || found <= max
      ? []
      : [`seed ${summary.seed}: ${name} is ${round(found)}, at most ${max} is held`]),
  ];
  const { caseA, caseB, caseD } = summary;
  return [
    ...held("peopleSessions", summary.peopleSessions, { min: budget.peopleSessionsMin }),
    ...held("peopleSessionsStopped", summary.peopleSessionsStopped, { max: budget.peopleSessionsStoppedMax }),
    ...held("pastStopped", summary.pastStopped, { max: budget.pastStoppedMax }),
    ...held("attackStoppedAfterConviction", summary.attackStoppedAfterConviction, {
      min: budget.attackStoppedAfterConvictionMin,
    }),
    ...held("caseA.libraryAfterConviction", caseA.libraryAfterConviction ?? 0, {
      min: budget.caseALibraryAfterConvictionMin,
    }),
    ...held("caseA.headless", caseA.headless ?? 0, { min: budget.caseAHeadlessMin }),
    ...held("caseA.stepsSurvived", caseA.stepsSurvived, { min: budget.caseAStepsSurvivedMin }),
    ...held("caseB.shareOfCatalogue", caseB.shareOfCatalogue, { max: budget.caseBShareMax }),
    ...held("caseD.stopped", Math.min(caseD.stopped, caseD.stoppedAfterRetooling), { min: budget.caseDStoppedMin }),
    ...held("caseD.peopleStopped", caseD.peopleStopped, { max: budget.caseDPeopleStoppedMax }),
    ...held("caseD.accountsLost", caseD.accountsLost, { max: budget.caseDAccountsLostMax }),
    ...held("microsecondsPerRequest", summary.microsecondsPerRequest / Math.max(1, summary.slowness), {
      max: budget.microsecondsPerRequestMax,
    }),
    ...held("peakMb", summary.peakMb, { max: budget.peakMbMax }),
  ];
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
