import { expect, test } from "vitest";
import type { Kind, Signal } from "#core";
import { decideAction } from "./decide-action.ts";

const signal = (group: string, nats: number): Signal => ({ detector: group, axis: group, group, nats, evidence: {} });
const walked = [signal("enumeration", 5)];
const judged = (
  kind: Kind,
  behaviour: number,
  signals: readonly Signal[] = walked,
  certifiedFpr: number | null = null,
) => ({
  kind,
  score: { total: behaviour, behaviour, presentation: 50 },
  certifiedFpr,
  signals,
});
const budget = { certifiedFprMax: 0.001 };

test("only automation is acted on, however high the score", () => {
  for (const kind of ["human", "verified-agent", "declared-bot", "unknown"] as const) {
    expect(decideAction(judged(kind, 100), "prior", budget)).toEqual({ action: "allow", basis: "none" });
  }
});

test("automation is marked below a behaviour score of 90 and refused from there on", () => {
  expect(decideAction(judged("automated", 89.9), "prior", budget)).toEqual({ action: "tag", basis: "prior" });
  expect(decideAction(judged("automated", 90), "prior", budget)).toEqual({ action: "block", basis: "prior" });
});

test("what a privacy-minded visitor shows, all of it at once, refuses nobody", () => {
  const private_ = ["omissions", "cookie-refusal", "script-blocked", "timing", "direct-entry"].map((group) =>
    signal(group, 6),
  );
  expect(decideAction(judged("automated", 99.9, private_), "prior", budget).action).toBe("tag");
  expect(decideAction(judged("automated", 99.9, [...private_, signal("jar-order", 2.9)]), "prior", budget).action).toBe(
    "tag",
  );
  expect(decideAction(judged("automated", 99.9, [...private_, signal("jar-order", 3)]), "prior", budget).action).toBe(
    "block",
  );
});

test("rare tastes alone refuse nobody", () => {
  const sweep: Signal = { ...signal("enumeration", 7), detector: "catalogue-sweep" };
  expect(decideAction(judged("automated", 99.9, [sweep]), "prior", budget).action).toBe("tag");
});

test("evidence for a person does not count against itself", () => {
  const mixed = [signal("enumeration", 3), signal("cohort", -8)];
  expect(decideAction(judged("automated", 95, mixed), "prior", budget).action).toBe("block");
});

test("under a certified basis nothing happens without a bound within the budget", () => {
  expect(decideAction(judged("automated", 100), "certified", budget).action).toBe("allow");
  expect(decideAction(judged("automated", 100, walked, 0.0011), "certified", budget).action).toBe("allow");
  expect(decideAction(judged("automated", 100, walked, 0.001), "certified", budget)).toEqual({
    action: "block",
    basis: "certified",
  });
});

test("small pieces of such evidence add up", () => {
  const pieces = [signal("enumeration", 1), signal("scan", 1), signal("period", 1)];
  expect(decideAction(judged("automated", 95, pieces), "prior", budget).action).toBe("block");
  expect(decideAction(judged("automated", 95, pieces.slice(1)), "prior", budget).action).toBe("tag");
});
