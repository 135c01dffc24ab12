import { expect, test } from "vitest";
import type { CohortView } from "#engine";
import { createDecisionTable, type Decision } from "#policy";
import { liftExonerated } from "./lift-exonerated.ts";

const cohort = (key: number, state: CohortView["state"]): CohortView => ({ key, state }) as unknown as CohortView;

function decision(id: string, over: Partial<Decision> = {}): Decision {
  return {
    id,
    scope: "session",
    value: Number(id),
    action: "block",
    reason: "cohort was convicted",
    origin: "conviction",
    cohort: (77).toString(36),
    createdAt: 0,
    expiresAt: Number.POSITIVE_INFINITY,
    ...over,
  };
}

test("what rests on a cohort that turned out honest is lifted, what rests on others and on operators' words stays", () => {
  const decisions = createDecisionTable();
  decisions.add(decision("1"));
  decisions.add(decision("2", { origin: "rule" }));
  decisions.add(decision("3", { cohort: (78).toString(36) }));
  decisions.add(decision("4", { origin: "operator" }));
  decisions.add(decision("5", { cohort: "" }));
  expect(liftExonerated(decisions, () => [cohort(77, "known honest"), cohort(78, "convicted")])).toBe(2);
  expect(decisions.list().map(({ id }) => id)).toEqual(["3", "4", "5"]);
});

test("a conviction that stands, and one that is only not proven yet, lift nothing", () => {
  const decisions = createDecisionTable();
  decisions.add(decision("1"));
  for (const state of ["convicted", "watched"] as const)
    expect(liftExonerated(decisions, () => [cohort(77, state as CohortView["state"])])).toBe(0);
  expect(decisions.size).toBe(1);
});

test("while nothing rests on a cohort none is looked at", () => {
  const decisions = createDecisionTable();
  decisions.add(decision("4", { origin: "operator" }));
  decisions.add(decision("5", { cohort: "" }));
  const never = (): readonly CohortView[] => {
    throw new Error("looked at the cohorts");
  };
  expect(liftExonerated(decisions, never)).toBe(0);
});
