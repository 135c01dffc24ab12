import { describe, expect, it } from "vitest";
import { cohortAxes } from "./axes.ts";
import { fitNullLaws, type NullLaws, priorNullLaws, type ShownBins } from "./null-laws.ts";

/** A cohort of which each member shows the first bin of every axis, but for so many. */
function cohort(others: number): ShownBins {
  return { shown: (_, bin) => (bin === 0 ? 20 - others : bin === 1 ? others : 0) };
}

function fitted(cohorts: readonly ShownBins[]): { readonly laws: NullLaws; readonly steps: number } {
  const fit = fitNullLaws(cohorts, priorNullLaws());
  for (let steps = 1; ; steps++) {
    const step = fit.next();
    if (step.done === true) return { laws: step.value, steps };
  }
}

function firstShare({ axes }: NullLaws): number {
  const law = axes[0];
  return (law?.honest[0] ?? 0) / (law?.honestTotal ?? 1);
}

describe("the null's refit", () => {
  it("takes one axis a step, so that no request waits for all of them", () => {
    expect(fitted([]).steps).toBe(cohortAxes.length);
  });

  it("looks at no more than 512 cohorts in one step", () => {
    const many = (count: number): ShownBins[] => Array.from({ length: count }, () => cohort(2));
    expect(fitted(many(512)).steps).toBe(cohortAxes.length);
    expect(fitted(many(513)).steps).toBe(2 * cohortAxes.length);
    expect(fitted(many(513)).laws.cohorts[0]).toBe(462);
  });

  it("leaves an axis at its prior while seven cohorts speak about it, and fits it on eight", () => {
    const seven = Array.from({ length: 7 }, () => cohort(2));
    expect(fitted(seven).laws.axes).toEqual(priorNullLaws().axes);
    expect(fitted(seven).laws.cohorts[0]).toBe(0);
    expect(fitted([...seven, cohort(2)]).laws.cohorts[0]).toBe(8);
  });

  it("leaves out the most deviant tenth, wherever it stands, and of equals the first stay", () => {
    const honest = Array.from({ length: 18 }, (_, i) => cohort(i % 3));
    const deviant = [cohort(19), cohort(20)];
    const without = firstShare(fitted(honest).laws);
    const behind = fitted([...honest, ...deviant]).laws;
    expect(behind.cohorts[0]).toBe(18);
    // With twenty cohorts eighteen stay: none of them deviates.
    expect(firstShare(behind)).toBeGreaterThan(without - 0.01);
    expect(firstShare(fitted([...deviant, ...honest]).laws)).toBeCloseTo(firstShare(behind), 12);
    expect(fitted(Array.from({ length: 20 }, () => cohort(1))).laws.cohorts[0]).toBe(18);
  });
});
