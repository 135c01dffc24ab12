import { describe, expect, test } from "vitest";
import {
  betaQuantile,
  chiSquareTail,
  cleanGroupsNeeded,
  clopperPearsonLower,
  clopperPearsonUpper,
  digamma,
  incompleteBeta,
  incompleteGamma,
  logBeta,
  logChoose,
  logGamma,
  normalCdf,
  normalQuantile,
  poissonTail,
  wilsonBound,
} from "./index.ts";

describe("gamma functions", () => {
  test("ln gamma at known values", () => {
    expect(logGamma(1)).toBeCloseTo(0, 12);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 10);
    expect(logGamma(0.1)).toBeCloseTo(2.252712651734206, 10);
    expect(logGamma(1e6)).toBeCloseTo(12815504.569147902, 4);
    expect(logBeta(2, 3)).toBeCloseTo(Math.log(1 / 12), 12);
    expect(logChoose(52, 5)).toBeCloseTo(Math.log(2_598_960), 9);
  });

  test("digamma at known values", () => {
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 10);
    expect(digamma(0.5)).toBeCloseTo(-1.9635100260214235, 10);
    expect(digamma(10)).toBeCloseTo(2.251752589066721, 10);
  });

  test("incomplete gamma, chi-square and Poisson tails", () => {
    expect(incompleteGamma(1, 2)).toBeCloseTo(1 - Math.exp(-2), 12);
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 10);
    expect(chiSquareTail(18.307038053275146, 10)).toBeCloseTo(0.05, 10);
    expect(chiSquareTail(100, 1)).toBeCloseTo(1.5239706048321e-23, 33);
    expect(poissonTail(3, 1)).toBeCloseTo(1 - Math.exp(-1) * 2.5, 12);
    expect(poissonTail(0, 1)).toBe(1);
    expect(poissonTail(1, 0)).toBe(0);
  });
});

describe("beta functions and bounds", () => {
  test("incomplete beta at known values and its inverse", () => {
    expect(incompleteBeta(2, 3, 0.5)).toBeCloseTo(0.6875, 12);
    expect(incompleteBeta(0.5, 0.5, 0.25)).toBeCloseTo(1 / 3, 10);
    for (const [a, b, p] of [
      [1, 30_000, 0.95],
      [5, 2, 0.1],
      [0.5, 0.5, 0.01],
    ] as const) {
      expect(incompleteBeta(a, b, betaQuantile(a, b, p))).toBeCloseTo(p, 7);
    }
  });

  test("Clopper-Pearson agrees with the textbook", () => {
    expect(clopperPearsonUpper(0, 299)).toBeCloseTo(1 - 0.05 ** (1 / 299), 8);
    expect(clopperPearsonUpper(2, 10, 0.975)).toBeCloseTo(0.5561, 3);
    expect(clopperPearsonLower(2, 10, 0.975)).toBeCloseTo(0.0252, 3);
    expect(clopperPearsonUpper(0, 0)).toBe(1);
    expect(clopperPearsonLower(0, 10)).toBe(0);
    expect(clopperPearsonUpper(10, 10)).toBe(1);
  });

  test("clean groups needed are those of the design", () => {
    expect([1e-2, 1e-3, 1e-4, 1e-5].map((rate) => cleanGroupsNeeded(rate))).toEqual([299, 2995, 29_956, 299_572]);
    expect(clopperPearsonUpper(0, 2995)).toBeLessThanOrEqual(1e-3);
    expect(clopperPearsonUpper(0, 2994)).toBeGreaterThan(1e-3);
  });

  test("Wilson: ninety clean sessions do not quite prove 0.95 at 99 %, a hundred and three do", () => {
    expect(wilsonBound("lower", 90, { trials: 90, confidence: 0.99 })).toBeLessThan(0.95);
    expect(wilsonBound("lower", 103, { trials: 103, confidence: 0.99 })).toBeGreaterThan(0.95);
    expect(clopperPearsonLower(90, 90, 0.99)).toBeGreaterThan(0.95);
    expect(wilsonBound("upper", 0, { trials: 0 })).toBe(1);
    expect(wilsonBound("lower", 0, { trials: 0 })).toBe(0);
  });

  test("normal distribution and its inverse", () => {
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 10);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 7);
    expect(normalQuantile(1e-6)).toBeCloseTo(-4.753424308822899, 6);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  });
});
