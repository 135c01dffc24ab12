import { concentration, fitDirichlet, selectNth } from "../statistics/index.ts";
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

/** What the members of one cohort showed, as `Cohorts.honest()` returns it. */
export interface ShownBins {
  /** How many showed this bin of this axis. */
  shown(axis: number, bin: number): number;
}

/** Fewer honest cohorts than this leave an axis at its prior. */
const cohortsLeast = 8;
/** A cohort speaks about an axis from this many sessions on. */
const sessionsLeast = 8;
/** Cohorts looked at in one step: each lies elsewhere in memory, about a microsecond away. */
const cohortsPerStep = 512;
/** Share of the most deviant cohorts left out of the fit: an attack under way is no part of the null. */
const trimmed = 0.1;

/**
 * Refits what honest cohorts do. One vote per cohort however large, so that volume cannot shift the null; the most
 * deviant tenth is left out, so that a few undetected bad cohorts cannot either. The prior stays in the mean as
 * a few pseudo-cohorts, and concentration is bounded above, so that agreement among few cohorts is not mistaken
 * for a law. One axis of 512 cohorts a step, so that no request waits for all of them; what cohorts show meanwhile counts.
 */
export function* fitNullLaws(cohorts: readonly ShownBins[], before: NullLaws): Generator<undefined, NullLaws> {
  const priors = priorLaws();
  const axes: AxisLaws[] = [];
  const counts: number[] = [];
  for (const [a, axis] of cohortAxes.entries()) {
    if (a > 0) yield;
    const prior = priors[a] as AxisLaws;
    const seen = yield* speaking(cohorts, a, axis.bins.length);
    if (seen.length < cohortsLeast) {
      counts.push(before.cohorts[a] ?? 0);
      axes.push(before.axes[a] ?? prior);
      continue;
    }
    const typical = withoutDeviants(seen, axis.bins.length);
    counts.push(typical.length);
    const honest = fitDirichlet(typical, {
      prior: prior.honest,
      priorCohorts: 3,
      least: Math.min(axis.alike, 10),
      most: Math.min(400, axis.alike + 4 * typical.length),
    });
    axes.push(axisLaws(honest, prior.automated));
  }
  return { axes, cohorts: counts, revision: before.revision + 1 };
}

/** How alike honest cohorts are on an axis: pseudo-observations of its law. */
export function alikeness(laws: NullLaws, axis: number): number {
  const law = laws.axes[axis];
  return law === undefined ? 0 : concentration(law.honest);
}

/** What one cohort showed on one axis, and how many sessions that were. */
interface Histogram {
  readonly counts: readonly number[];
  readonly total: number;
}

function* speaking(cohorts: readonly ShownBins[], axis: number, bins: number): Generator<undefined, Histogram[]> {
  const found: Histogram[] = [];
  for (const [i, cohort] of cohorts.entries()) {
    if (i > 0 && i % cohortsPerStep === 0) yield;
    let total = 0;
    for (let k = 0; k < bins; k++) total += cohort.shown(axis, k);
    if (total < sessionsLeast) continue;
    const counts: number[] = [];
    for (let k = 0; k < bins; k++) counts.push(cohort.shown(axis, k));
    found.push({ counts, total });
  }
  return found;
}

/** The most deviant left out, the others in their order. In numbers alone: this runs while requests wait. */
function withoutDeviants(cohorts: readonly Histogram[], bins: number): (readonly number[])[] {
  const size = cohorts.length;
  const shares = new Float64Array(size);
  const work = new Float64Array(size);
  const distances = new Float64Array(size);
  for (let k = 0; k < bins; k++) {
    for (let i = 0; i < size; i++) {
      const { counts, total } = cohorts[i] as Histogram;
      shares[i] = (counts[k] as number) / total;
    }
    work.set(shares);
    const median = selectNth(work, size >> 1);
    for (let i = 0; i < size; i++) distances[i] = (distances[i] as number) + Math.abs((shares[i] as number) - median);
  }
  const kept = Math.ceil(size * (1 - trimmed));
  work.set(distances);
  const farthest = selectNth(work, kept - 1);
  // Of those that are equally far, the first ones stay.
  let equal = kept;
  for (const distance of distances) if (distance < farthest) equal--;
  const typical: (readonly number[])[] = [];
  for (let i = 0; i < size; i++) {
    const distance = distances[i] as number;
    if (distance < farthest || (distance === farthest && equal-- > 0)) typical.push((cohorts[i] as Histogram).counts);
  }
  return typical;
}
