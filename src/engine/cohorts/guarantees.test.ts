import { describe, expect, test } from "vitest";
import { createRandom } from "#core";
import { AlphaLedger, CollisionAudit, Commonness, ConformalGate, certificateFor } from "./index.ts";

const day = 86_400_000;
const ledger = (peoplePerDay = 1): AlphaLedger =>
  new AlphaLedger({ alpha: 1e-3, shares: { behaviour: 0.5, presentation: 0.5 }, peoplePerDay });

describe("alpha ledger", () => {
  test("all alpha of a day together stays within alpha while nothing is found", () => {
    const budget = ledger();
    let sum = 0;
    for (let t = 0; t < 20_000; t++) sum += budget.issue("behaviour", 0);
    expect(sum).toBeLessThanOrEqual(0.5e-3);
    expect(sum).toBeGreaterThan(0.4e-3);
  });

  test("discoveries raise what the next tests get, and a new day starts afresh", () => {
    const budget = ledger();
    budget.issue("behaviour", 0);
    const poor = budget.issue("behaviour", 0);
    budget.spend("behaviour", 0, { alpha: 1e-6, members: 10 });
    expect(budget.issue("behaviour", 0)).toBeGreaterThan(poor * 0.5);
    expect(budget.budget(0).tests).toBe(3);
    expect(budget.budget(day).tests).toBe(0);
  });

  test("convictions beyond the day's people are refused enforcement", () => {
    const budget = ledger(1);
    expect(budget.spend("behaviour", 0, { alpha: 0.01, members: 99 })).toBe(true);
    expect(budget.spend("behaviour", 0, { alpha: 0.01, members: 2 })).toBe(false);
    expect(budget.budget(0).spentPeople).toBeCloseTo(0.99);
    expect(budget.entries()).toHaveLength(1);
    expect(budget.spend("behaviour", day, { alpha: 0.01, members: 2 })).toBe(true);
  });

  test("shares beyond one are a broken invariant", () => {
    expect(() => new AlphaLedger({ alpha: 0.1, shares: { a: 0.7, b: 0.7 }, peoplePerDay: 1 })).toThrow(/at most 1/);
    expect(() => ledger().issue("context", 0)).toThrow(/no share/);
  });
});

describe("certificates", () => {
  test("nothing is claimed below the count, the exact bound from it on", () => {
    expect(certificateFor(0, 2994, 1e-3)).toMatchObject({ certifiedFpr: null, missing: 1 });
    expect(certificateFor(0, 2995, 1e-3).certifiedFpr).toBeLessThanOrEqual(1e-3);
    expect(certificateFor(1, 2995, 1e-3)).toMatchObject({ certifiedFpr: null, missing: 0 });
  });

  test("conformal p-values of honest scores are uniform or larger", () => {
    const random = createRandom(8);
    const gate = new ConformalGate({ groupsMax: 500, windowMs: day, random });
    for (let group = 0; group < 500; group++) gate.offer(group, random(), 0);
    let below = 0;
    for (let i = 0; i < 4_000; i++) if (gate.pValue(random()) <= 0.05) below++;
    expect(below / 4_000).toBeLessThan(0.075);
    expect(gate.pValue(2)).toBeCloseTo(1 / 501);
    expect(gate.alike(2)).toBe(0);
  });

  test("one group is one vote, old groups leave, and the count is capped", () => {
    const gate = new ConformalGate({ groupsMax: 2, windowMs: day, random: createRandom(1) });
    for (let i = 0; i < 50; i++) gate.offer(1, i, 0);
    expect(gate.groups).toBe(1);
    gate.offer(2, 1, 0);
    gate.offer(3, 1, day);
    expect(gate.groups).toBe(2);
    gate.forget(day + 1);
    expect(gate.groups).toBe(1);
    expect(gate.certificate(100, 1e-3).certifiedFpr).toBeNull();
  });
});

describe("collision audit", () => {
  test("a behaviour is carried over on prior knowledge from five hundred honest sessions without it, and one among them asks for more", () => {
    const audit = new CollisionAudit();
    for (let i = 0; i < 498; i++) audit.vote(7);
    expect(audit.unlikely(9, 1e-3)).toBe(false);
    audit.vote(7);
    expect(audit.unlikely(9, 1e-3)).toBe(true);
    expect(audit.actionable(9, 1e-3)).toBe(false);
    audit.vote(9);
    expect(audit.unlikely(9, 1e-3)).toBe(false);
    for (let i = 0; i < 1_000; i++) audit.vote(7);
    expect(audit.unlikely(9, 1e-3)).toBe(true);
    expect(audit.unlikely(7, 1e-3)).toBe(false);
  });

  test("after a million honest sessions all counts are halved, and what is shown of them stays in proportion", () => {
    const audit = new CollisionAudit();
    for (let i = 0; i < 1_048_576; i++) audit.vote(i % 100 === 0 ? 7 : 8);
    expect(audit.sessions).toBeLessThan(600_000);
    expect(audit.alike(7) / audit.sessions).toBeCloseTo(0.01, 3);
  });

  test("a key is actionable only when enough honest sessions were seen without it", () => {
    const audit = new CollisionAudit();
    expect(audit.actionable(7, 1e-3)).toBe(false);
    for (let i = 0; i < 3_500; i++) audit.vote(1 + (i % 50));
    expect(audit.actionable(777, 1e-3)).toBe(true);
    expect(audit.actionable(1, 1e-3)).toBe(false);
    expect(audit.prevalence(1)).toBeGreaterThan(0.02);
  });
});

describe("commonness", () => {
  test("classes follow cumulative share, and nothing is said before enough was seen", () => {
    const countries = new Commonness({ halfLifeMs: day, least: 100 });
    expect(countries.classOf("DE")).toBe(-1);
    for (let i = 0; i < 1_000; i++) countries.vote(i % 10 < 6 ? "DE" : i % 10 < 9 ? "AT" : "CH", 0);
    countries.refresh(0);
    expect(["DE", "AT", "CH", "XX"].map((code) => countries.classOf(code))).toEqual([0, 1, 2, 4]);
  });

  test("yesterday fades", () => {
    const hours = new Commonness({ halfLifeMs: day, least: 10 });
    for (let i = 0; i < 100; i++) hours.vote(1, 0);
    for (let i = 0; i < 60; i++) hours.vote(2, 3 * day);
    hours.refresh(3 * day);
    expect(hours.classOf(2)).toBe(0);
    expect(hours.classOf(1)).toBe(2);
  });
});
