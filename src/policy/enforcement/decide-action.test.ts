import { expect, test } from "vitest";
import type { Kind } from "#core";
import { decideAction } from "./decide-action.ts";

const judged = (kind: Kind, behaviour: number, certifiedFpr: number | null = null) => ({
  kind,
  score: { total: behaviour, behaviour, presentation: 50 },
  certifiedFpr,
});
const budget = { certifiedFprMax: 0.001 };

test("only automation is acted on, however high the score", () => {
  for (const kind of ["human", "verified-agent", "declared-bot", "unknown"] as const) {
    expect(decideAction(judged(kind, 100), "prior", budget)).toEqual({ action: "allow", basis: "none" });
  }
});

test("automation is slowed down below a behaviour score of 90 and refused from there on", () => {
  expect(decideAction(judged("automated", 89.9), "prior", budget)).toEqual({ action: "throttle", basis: "prior" });
  expect(decideAction(judged("automated", 90), "prior", budget)).toEqual({ action: "block", basis: "prior" });
});

test("under a certified basis nothing happens without a bound within the budget", () => {
  expect(decideAction(judged("automated", 100), "certified", budget).action).toBe("allow");
  expect(decideAction(judged("automated", 100, 0.0011), "certified", budget).action).toBe("allow");
  expect(decideAction(judged("automated", 100, 0.001), "certified", budget)).toEqual({
    action: "block",
    basis: "certified",
  });
});
