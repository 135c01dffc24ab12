import { expect, test } from "vitest";
import { carryNats } from "./carry-test.ts";

const site = { mean: 0.9, absence: 0.02 };

test("absence of a habit weighs more with every chance and never more than its benign share allows", () => {
  let last = 0;
  for (const chances of [1, 2, 3, 5, 10, 20, 48]) {
    const nats = carryNats(0, chances, site);
    // Saturated, the ratio moves in the third decimal either way.
    expect(nats).toBeGreaterThan(last - 0.03);
    last = Math.max(last, nats);
  }
  expect(last).toBeLessThan(Math.log(0.7 / 0.02) + 0.3);
  expect(carryNats(0, 100_000, site)).toBeCloseTo(last, 1);
});

test("a kept habit speaks for a person, and none for nobody without chances", () => {
  expect(carryNats(5, 5, site)).toBeLessThan(-1);
  expect(carryNats(0, 0, site)).toBe(0);
});

test("where the site does not invite the habit its absence says nothing", () => {
  expect(carryNats(0, 40, { mean: 0.9, absence: 1 })).toBeLessThanOrEqual(0);
});

test("where people themselves seldom keep it, absence weighs little", () => {
  expect(carryNats(0, 5, { mean: 0.2, absence: 0.02 })).toBeLessThan(carryNats(0, 5, site) / 2);
});
