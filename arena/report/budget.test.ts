import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Budget, brokenBudgets } from "./budget.ts";
import type { Summary } from "./run-report.ts";

const budget = JSON.parse(readFileSync(join(import.meta.dirname, "..", "budget.json"), "utf8")) as Budget;

/** Figures as a quick run shows them. */
const summary: Summary = {
  seed: 1,
  attackStoppedAfterConviction: 0.83,
  attackStopped: 0.52,
  peopleSessions: 350,
  peopleSessionsStopped: 0,
  peopleBound: 0.0085,
  pastStopped: 0,
  worstPersona: { persona: "first visit", stopped: 0, sessions: 9, bound: 0.28 },
  caseA: {
    logins: 372,
    firstStopped: 6,
    afterConviction: 0.991,
    libraryAfterConviction: 0.996,
    headless: 0.93,
    stepsSurvived: 13,
    steps: 13,
    cameThrough: [],
    lowPresentation: 1,
  },
  offlineAgreement: { "combined log": 0.76, "HTTP archive": 0.8 },
  caseB: { leakedAfterConviction: 17, shareOfCatalogue: 1.7e-5, leakedInAll: 120, asked: 350 },
  caseD: { stopped: 1, stoppedAfterRetooling: 1, peopleStopped: 0, accountsLost: 0 },
  slowness: 1,
  microsecondsPerRequest: 5_900,
  peakMb: 520,
};

describe("the budget", () => {
  test("a run as it should be keeps it", () => {
    expect(brokenBudgets({ summary }, budget)).toEqual([]);
  });

  const worse: readonly (readonly [name: string, planted: Partial<Summary>])[] = [
    ["a person was stopped", { peopleSessionsStopped: 1 }],
    ["a person was stopped in the days before", { pastStopped: 1 }],
    ["too few people came to say anything", { peopleSessions: 199 }],
    ["attacks go on after they were found", { attackStoppedAfterConviction: 0.3 }],
    ["the login library comes through with its next version", { caseA: { ...summary.caseA, stepsSurvived: 3 } }],
    ["most of its log-ins come through", { caseA: { ...summary.caseA, libraryAfterConviction: 0.7 } }],
    ["its driven browser comes through", { caseA: { ...summary.caseA, headless: 0.4 } }],
    ["owners are stopped where intruders are", { caseD: { ...summary.caseD, peopleStopped: 1 } }],
    ["accounts are lost to whoever has their passwords", { caseD: { ...summary.caseD, accountsLost: 0.8 } }],
    ["the catalogue leaks", { caseB: { ...summary.caseB, shareOfCatalogue: 0.01 } }],
    ["the takeover goes on after it was tuned against", { caseD: { ...summary.caseD, stopped: 0.5 } }],
    ["the takeover goes on under another tool", { caseD: { ...summary.caseD, stoppedAfterRetooling: 0.5 } }],
    ["a request costs three times as much", { microsecondsPerRequest: summary.microsecondsPerRequest * 3 }],
    ["memory grew threefold", { peakMb: summary.peakMb * 3 }],
  ];
  test.each(worse)("it breaks when %s", (_, planted) => {
    expect(brokenBudgets({ summary: { ...summary, ...planted } }, budget).length).toBeGreaterThan(0);
  });

  test("a machine at half the speed is not a regression", () => {
    const slow = {
      ...summary,
      slowness: summary.slowness * 2,
      microsecondsPerRequest: summary.microsecondsPerRequest * 2,
    };
    expect(brokenBudgets({ summary: slow }, budget)).toEqual([]);
  });
});
