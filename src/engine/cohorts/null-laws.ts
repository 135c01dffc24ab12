import { concentration, fitDirichlet } from "../statistics/index.ts";
import { cohortAxes, priorLaws } from "./axes.ts";
import { type AxisLaws, axisLaws } from "./e-process.ts";

/** The null of every axis for one kind of client: immutable, replaced as a whole by the slow lane. */
export interface NullLaws {
  readonly axes: readonly AxisLaws[];
  /** Honest cohorts each axis was fitted on; 0: the published or assumed prior. */
  readonly cohorts: readonly number[];
  readonly revision: number;
}

/** Before anything was seen. */
export function priorNullLaws(): NullLaws {
  return { axes: priorLaws(), cohorts: cohortAxes.map(() => 0), revision: 0 };
}

/** Histograms of one cohort over all axes, as `Cohorts.honest()` returns them. */
export type CohortHistograms = readonly ArrayLike<number>[];

/** Fewer honest cohorts than this leave an axis at its prior. */
const cohortsLeast = 8;
/** A cohort speaks about an axis from this many sessions on. */
const sessionsLeast = 8;
/** Share of the most deviant cohorts left out of the fit: an attack under way is no part of the null. */
const trimmed = 0.1;

/**
 * Refits what honest cohorts do. One vote per cohort however large, so that volume cannot shift the null; the most
 * deviant tenth is left out, so that a few undetected bad cohorts cannot either. The prior stays in the mean as
 * a few pseudo-cohorts, and concentration is bounded above, so that agreement among few cohorts is not mistaken
 * for a law. The slow lane's: O(cohorts * axes).
 */
export function fitNullLaws(cohorts: readonly CohortHistograms[], before: NullLaws): NullLaws {
  const priors = priorLaws();
  const counts: number[] = [];
  const axes = cohortAxes.map((axis, a): AxisLaws => {
    const prior = priors[a] as AxisLaws;
    const seen = cohorts
      .map((histograms) => histograms[a] as ArrayLike<number>)
      .filter((counts) => total(counts) >= sessionsLeast);
    if (seen.length < cohortsLeast) {
      counts.push(before.cohorts[a] ?? 0);
      return before.axes[a] ?? prior;
    }
    const typical = withoutDeviants(seen, axis.bins.length);
    counts.push(typical.length);
    const honest = fitDirichlet(typical, {
      prior: prior.honest,
      priorCohorts: 3,
      least: Math.min(axis.alike, 10),
      most: Math.min(400, axis.alike + 4 * typical.length),
    });
    return axisLaws(honest, prior.automated);
  });
  return { axes, cohorts: counts, revision: before.revision + 1 };
}

/** How alike honest cohorts are on an axis: pseudo-observations of its law. */
export function alikeness(laws: NullLaws, axis: number): number {
  const law = laws.axes[axis];
  return law === undefined ? 0 : concentration(law.honest);
}

function withoutDeviants(cohorts: readonly ArrayLike<number>[], bins: number): ArrayLike<number>[] {
  const medians = new Float64Array(bins);
  for (let k = 0; k < bins; k++) {
    const shares = cohorts.map((counts) => (counts[k] as number) / total(counts)).sort((a, b) => a - b);
    medians[k] = shares[shares.length >> 1] as number;
  }
  return cohorts
    .map((counts) => {
      const n = total(counts);
      let distance = 0;
      for (let k = 0; k < bins; k++) distance += Math.abs((counts[k] as number) / n - (medians[k] as number));
      return { counts, distance };
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, Math.ceil(cohorts.length * (1 - trimmed)))
    .map(({ counts }) => counts);
}

function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < counts.length; k++) sum += counts[k] as number;
  return sum;
}
