import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "#core";
import { concentration, drawDirichlet, fitDirichlet } from "../statistics/index.ts";
import { type AxisLaws, averageEvidence, axisLaws, EProcess, productEvidence } from "./index.ts";

const bins = 8;

function draw(shares: Float64Array, random: Random): number {
  let u = random();
  let k = 0;
  while (k < shares.length - 1 && u > (shares[k] as number)) u -= shares[k++] as number;
  return k;
}

/** Sessions until ln E passes the threshold, or 0. */
function convictedAfter(shares: Float64Array, laws: AxisLaws, options: { threshold: number; random: Random }): number {
  const process = new EProcess(bins);
  for (let n = 1; n <= 150; n++) {
    process.observe(draw(shares, options.random), laws);
    if (process.logEvidence(false) >= options.threshold) return n;
  }
  return 0;
}

describe("cohort e-process", () => {
  test("honest cohorts that differ among themselves stay under the level, where an independent null convicts them", () => {
    const random = createRandom(30);
    const alpha = new Float64Array(bins).fill(30 / bins);
    const hierarchical = axisLaws(alpha);
    const independent = axisLaws(new Float64Array(bins).fill(1e6));
    let naive = 0;
    let careful = 0;
    for (let cohort = 0; cohort < 400; cohort++) {
      const shares = drawDirichlet(alpha, random);
      const seed = Math.floor(random() * 1e9);
      if (convictedAfter(shares, independent, { threshold: Math.log(1e4), random: createRandom(seed) }) > 0) naive++;
      if (convictedAfter(shares, hierarchical, { threshold: Math.log(1e4), random: createRandom(seed) }) > 0) careful++;
    }
    expect(naive / 400).toBeGreaterThan(0.1);
    expect(careful).toBe(0);
  });

  test("the expected evidence under the null is one", () => {
    const laws = axisLaws(Float64Array.of(3, 2, 1), Float64Array.of(1, 1, 4));
    let mean = 0;
    const walk = (path: number[], probability: number): void => {
      if (path.length === 4) {
        const process = new EProcess(3);
        for (const bin of path) process.observe(bin, laws);
        mean += probability * Math.exp(process.logEvidence(true));
        return;
      }
      for (let bin = 0; bin < 3; bin++) {
        const count = path.filter((seen) => seen === bin).length;
        walk([...path, bin], probability * (((laws.honest[bin] as number) + count) / (laws.honestTotal + path.length)));
      }
    };
    walk([], 1);
    expect(mean).toBeCloseTo(1, 5);
  });

  test("a fitted null convicts a tight cohort within a few dozen sessions", () => {
    const random = createRandom(4);
    const alpha = new Float64Array(bins).fill(100 / bins);
    const cohorts = Array.from({ length: 200 }, () => {
      const shares = drawDirichlet(alpha, random);
      const counts = new Float64Array(bins);
      for (let i = 0; i < 150; i++) {
        const bin = draw(shares, random);
        counts[bin] = (counts[bin] as number) + 1;
      }
      return counts;
    });
    const fitted = fitDirichlet(cohorts);
    expect(concentration(fitted)).toBeGreaterThan(70);
    const tight = Float64Array.of(0.55, 0.3, 0.05, 0.02, 0.02, 0.02, 0.02, 0.02);
    const after = convictedAfter(tight, axisLaws(fitted), { threshold: Math.log(1e6), random });
    expect(after).toBeGreaterThan(5);
    expect(after).toBeLessThan(60);
  });

  test("a reset starts the case over", () => {
    const process = new EProcess(2);
    const laws = axisLaws(Float64Array.of(9, 1));
    for (let i = 0; i < 10; i++) process.observe(1, laws);
    expect(process.logEvidence(false)).toBeGreaterThan(3);
    process.reset();
    expect([process.total, process.logEvidence(false)]).toEqual([0, 0]);
  });

  test("the average never exceeds the best and the product lets silent axes sit out", () => {
    expect(averageEvidence([10, 0])).toBeCloseTo(10 - Math.LN2, 3);
    expect(averageEvidence([])).toBe(0);
    expect(productEvidence([8, 8, Number.NEGATIVE_INFINITY])).toBeCloseTo(16 - 3 * Math.LN2, 2);
    expect(productEvidence([40])).toBeCloseTo(40 - Math.LN2, 9);
  });
});
