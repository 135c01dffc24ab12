import { describe, expect, test } from "vitest";
import { createRandom } from "#core";
import { drawDirichlet } from "./draw.ts";
import {
  applyBetaCalibration,
  calibrate,
  concentration,
  eDiscoveries,
  falseDiscoveries,
  fitBetaCalibration,
  fitConcentration,
  fitDirichlet,
  fitIsotonic,
  gTest,
  type Labelled,
  logDirichletMultinomial,
  PageHinkley,
  rayleighTest,
  reliability,
  sigmoid,
} from "./index.ts";

describe("Dirichlet", () => {
  test.each([400, 100, 30])("moments recover a concentration of %i from 500 honest cohorts of 150", (truth) => {
    const random = createRandom(truth);
    const alpha = new Float64Array(8).fill(truth / 8);
    const cohorts = Array.from({ length: 500 }, () => {
      const shares = drawDirichlet(alpha, random);
      const counts = new Float64Array(8);
      for (let i = 0; i < 150; i++) {
        let u = random();
        let k = 0;
        while (k < 7 && u > (shares[k] as number)) u -= shares[k++] as number;
        counts[k] = (counts[k] as number) + 1;
      }
      return counts;
    });
    const fitted = concentration(fitDirichlet(cohorts));
    expect(fitted / truth).toBeGreaterThan(0.75);
    expect(fitted / truth).toBeLessThan(1.3);
    expect(fitConcentration(cohorts, new Float64Array(8).fill(1 / 8)) / truth).toBeGreaterThan(0.75);
  });

  test("probabilities of one draw sum to one, and no data gives the least concentration", () => {
    const alpha = Float64Array.of(1, 2, 3);
    const total = [0, 1, 2].reduce((sum, k) => {
      const counts = [0, 0, 0];
      counts[k] = 1;
      return sum + Math.exp(logDirichletMultinomial(counts, alpha));
    }, 0);
    expect(total).toBeCloseTo(1, 12);
    expect(concentration(fitDirichlet([], { prior: Float64Array.of(1, 1) }))).toBeCloseTo(2);
  });
});

describe("tests of many hypotheses", () => {
  test("G-test of a table worked by hand", () => {
    const { statistic, degrees, p } = gTest([
      [10, 20],
      [30, 40],
    ]);
    expect(statistic).toBeCloseTo(0.8041, 3);
    expect(degrees).toBe(1);
    expect(p).toBeCloseTo(0.3699, 3);
    expect(gTest([[5, 0]]).p).toBe(1);
  });

  test("Benjamini-Hochberg calls the example of 1995 and e-BH is stricter than it looks", () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(falseDiscoveries(p, 0.05).filter(Boolean)).toHaveLength(4);
    expect(eDiscoveries([1000, 30, 1], 0.05)).toEqual([true, true, false]);
    expect(eDiscoveries([50, 1, 1], 0.05)).toEqual([false, false, false]);
  });

  test("Rayleigh sees a fixed phase and nothing in a uniform one", () => {
    expect(rayleighTest(40, 0, 40).p).toBeLessThan(1e-10);
    expect(rayleighTest(1, 1, 40).p).toBeGreaterThan(0.9);
  });
});

describe("Page-Hinkley", () => {
  test("calls a fall soon after it happens and stays silent before", () => {
    const random = createRandom(9);
    const detector = new PageHinkley({ tolerance: 0.05, threshold: 4 });
    let called = 0;
    for (let i = 1; i <= 2_000 && called === 0; i++) {
      const rate = i <= 1_000 ? 0.95 : 0.4;
      if (detector.observe(random() < rate ? 1 : 0) === "fall") called = i;
    }
    expect(called).toBeGreaterThan(1_000);
    expect(called).toBeLessThan(1_030);
  });
});

describe("calibration", () => {
  const cases = (count: number, truth: (score: number) => number): Labelled[] => {
    const random = createRandom(count);
    return Array.from({ length: count }, () => {
      const score = random();
      return { score, positive: random() < truth(score) };
    });
  };

  test("isotonic is monotone and right on average", () => {
    const fit = fitIsotonic(cases(4_000, (score) => score * score));
    let before = 0;
    for (let score = 0; score <= 1.001; score += 0.01) {
      const p = calibrate(fit, score);
      expect(p).toBeGreaterThanOrEqual(before - 1e-12);
      before = p;
    }
    for (const score of [0.3, 0.6, 0.9]) expect(Math.abs(calibrate(fit, score) - score * score)).toBeLessThan(0.08);
  });

  test("beta calibration repairs an overconfident score and the error shows it", () => {
    const blown = cases(40_000, (score) => sigmoid(0.5 * Math.log(score / (1 - score))));
    const fit = fitBetaCalibration(blown);
    const repaired = blown.map(({ score, positive }) => ({ score: applyBetaCalibration(fit, score), positive }));
    expect(reliability(blown).error).toBeGreaterThan(0.06);
    expect(reliability(repaired).error).toBeLessThan(0.02);
  });

  test("ties share one probability", () => {
    const fit = fitIsotonic([
      { score: 1, positive: true },
      { score: 1, positive: false },
    ]);
    expect(calibrate(fit, 1)).toBe(0.5);
    expect(calibrate(fit, 5)).toBe(0.5);
  });
});
