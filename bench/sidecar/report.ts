import { median } from "./median.ts";
import type { Side, SpoeResult } from "./spoe-load.ts";
import type { Subject } from "./subjects.ts";

/** What was measured of one subject, a value for each round. */
export interface Result {
  readonly subject: Subject;
  /** CPU a request of the proxy and, beside it, of all of Gait, in microseconds. */
  readonly cpuUs: number[];
  /** Of it the thread of Gait that answers. */
  readonly gaitUs: number[];
  /** Of it Gait's other threads. */
  readonly otherThreadsUs: number[];
  readonly perSecond: number[];
  failures: number;
  p99Ms: number;
}

const ratioGoals: Readonly<Record<string, number>> = { "haproxy + SPOE": 1.8, "nginx + auth_request": 2.8 };
const spoeGoal = 60_000;
const addedP99MsGoal = 1;

interface Row {
  readonly name: string;
  readonly cpuUs: number;
  readonly proxyUs: number;
  readonly gaitUs: number;
  readonly otherThreadsUs: number;
  /** CPU of proxy and Gait over that of the plain proxy. */
  readonly cpuRatio: number;
  /** The same without Gait's other threads. */
  readonly pathRatio: number;
  readonly throughputShare: number;
  readonly addedP99Ms: number;
  readonly failures: number;
  readonly goal: number | null;
}

/** Prints the table and, as the last line, the same as JSON. */
export function report(
  results: readonly Result[],
  run: { readonly spoe: Readonly<Partial<Record<Side, SpoeResult>>>; readonly quick: boolean; readonly rounds: number },
): void {
  const rows = results.map((result) => rowOf(result, results));
  console.log(
    `${"".padEnd(34)} CPU µs: all  proxy   Gait  its other threads   × plain  without those  throughput  added p99 ms  failures`,
  );
  for (const row of rows) console.log(renderRow(row));
  for (const { name, goal, cpuRatio, pathRatio } of rows) {
    if (goal === null) continue;
    console.log(
      `${name}: goal ≤ ${goal} × plain: ${judged(cpuRatio <= goal)} with all threads of Gait, ${judged(pathRatio <= goal)} on the way of the request`,
    );
  }
  const { spoe } = run;
  for (const side of ["requests", "both"] as const) {
    const found = spoe[side];
    if (found === undefined) continue;
    const name = side === "both" ? "requests and answers" : "requests only";
    const goal = side === "both" ? "" : `; goal ≥ ${spoeGoal}: ${judged(found.perSecondPerCore >= spoeGoal)}`;
    console.log(
      `SPOE, pipelined, ${name}: ${Math.round(found.perSecondPerCore)} decisions/s per core (${Math.round(found.perSecondPerCoreAllThreads)} with Gait's other threads, ${Math.round(found.perSecond)}/s by the clock)${goal}`,
    );
  }
  console.log(
    JSON.stringify({
      bench: "sidecar",
      quick: run.quick,
      rounds: run.rounds,
      rows,
      spoeDecisionsPerCoreSecond: rounded(spoe.requests?.perSecondPerCore),
      spoeDecisionsPerCoreSecondAllThreads: rounded(spoe.requests?.perSecondPerCoreAllThreads),
      spoeDecisionsPerCoreSecondWithAnswers: rounded(spoe.both?.perSecondPerCore),
      goals: { ...ratioGoals, spoe: spoeGoal, addedP99Ms: addedP99MsGoal },
    }),
  );
}

function rowOf(result: Result, results: readonly Result[]): Row {
  const { name } = result.subject;
  const plain = results.find(({ subject }) => subject.name === result.subject.plain) ?? result;
  const isPlain = plain === result;
  const others = (i: number): number => (isPlain ? 0 : (result.otherThreadsUs[i] ?? Number.NaN));
  const gaitUs = isPlain ? 0 : median(result.gaitUs);
  const over = (value: number, i: number): number => value / (plain.cpuUs[i] ?? Number.NaN);
  return {
    name,
    cpuUs: round(median(result.cpuUs), 1),
    proxyUs: round(
      median(result.cpuUs.map((value, i) => value - others(i) - (isPlain ? 0 : (result.gaitUs[i] ?? 0)))),
      1,
    ),
    gaitUs: round(gaitUs, 1),
    otherThreadsUs: round(median(result.otherThreadsUs.map((_, i) => others(i))), 1),
    cpuRatio: round(median(result.cpuUs.map(over)), 2),
    pathRatio: round(median(result.cpuUs.map((value, i) => over(value - others(i), i))), 2),
    throughputShare: round(median(result.perSecond.map((value, i) => value / (plain.perSecond[i] ?? Number.NaN))), 2),
    addedP99Ms: round(result.p99Ms - plain.p99Ms, 2),
    failures: result.failures,
    goal: ratioGoals[name] ?? null,
  };
}

function renderRow(row: Row): string {
  const number = (value: number, digits: number, width: number): string => value.toFixed(digits).padStart(width);
  return [
    row.name.padEnd(34),
    number(row.cpuUs, 1, 12),
    number(row.proxyUs, 1, 7),
    number(row.gaitUs, 1, 7),
    number(row.otherThreadsUs, 1, 19),
    number(row.cpuRatio, 2, 10),
    number(row.pathRatio, 2, 15),
    number(row.throughputShare, 2, 12),
    number(row.addedP99Ms, 2, 14),
    String(row.failures).padStart(10),
  ].join("");
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}

function judged(good: boolean): string {
  return good ? "met" : "missed";
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
