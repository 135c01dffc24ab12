import {
  type CohortAxis,
  cohortAxes,
  cohortGroupCaps,
  cohortGroups,
  groupOfAxis,
  softGroups,
  softNatsMax,
} from "./axes.ts";
import type { Cohort } from "./cohort.ts";
import { averageEvidence, type EProcess, orSilent } from "./e-process.ts";
import type { NullLaws } from "./null-laws.ts";

/**
 * -ln of one honest cohort in a thousand: after a password reset everybody who logs in is an account that a campaign had tried. Below every
 * threshold that the ledger issues, so that by itself it convicts nobody. Owners come from where they always do, though: where the cohort
 * is new to its accounts by device, network and country, which counts apart, that cause is out, and one in ten thousand remains.
 */
const campaignNatsMax = { owners: 6.9, strangers: 9.2 } as const;
/** The axis of habits has said that most of a cohort are strangers to their accounts. */
const strangersNats = 3;
/** Least excess of speaking bins, as a share of what people leave. */
const excessMin = 0.25;
/** A hard group speaks from here on. */
const hardNatsMin = 2;
/** What soft groups may say without one: below every threshold that the ledger issues. */
const softAloneMax = 6;

/** The strength of a case against a cohort, as one e-value and where it comes from. */
export interface CaseStrength {
  /** ln of the combined e-value. */
  readonly nats: number;
  /** ln of each group's capped e-value, in the order of `cohortGroups`. */
  readonly groups: readonly number[];
}

/**
 * Combines the axes: averaged inside a group, capped by the group's benign cause, then the even mixture of the
 * average over groups (valid whatever their dependence) and the product Π (1 + E) / 2 (valid for groups that are
 * independent in honest cohorts), with the soft groups capped together. An axis counts only where the cohort leans towards automation; a group that
 * defines the grouping counts nothing, because its agreement is why these sessions are together.
 */
export function caseStrength(cohort: Cohort, laws: NullLaws, excluded: ReadonlySet<number>): CaseStrength {
  const groups = cohortGroups.map((_, group) => groupNats(cohort, laws, { group, excluded }));
  let present = 0;
  let soft = 0;
  let hard = 0;
  let hardest = Number.NEGATIVE_INFINITY;
  for (let group = 0; group < groups.length; group++) {
    const log = groups[group] as number;
    if (log === Number.NEGATIVE_INFINITY) continue;
    logs[present++] = log;
    if (isSoft[group] === true) soft += orSilent(log);
    else {
      hard += orSilent(log);
      hardest = Math.max(hardest, log);
    }
  }
  if (present === 0) return { nats: 0, groups };
  const product = Math.min(soft, softNatsMax) + hard;
  const either = averageEvidence([averageEvidence(logs, present), product]);
  // Early in the day a threshold may lie below what soft groups say together: then something hard must speak too.
  return { nats: hardest >= hardNatsMin ? either : Math.min(either, softAloneMax), groups };
}

const isSoft: readonly boolean[] = cohortGroups.map((name) => softGroups.has(name));
const axesOfGroup: readonly (readonly number[])[] = cohortGroups.map((_, group) =>
  [...groupOfAxis.keys()].filter((axis) => groupOfAxis[axis] === group),
);
const groupCalled = {
  enumeration: cohortGroups.indexOf("enumeration"),
  duplicates: cohortGroups.indexOf("duplicates"),
  workList: cohortGroups.indexOf("work-list"),
  habit: cohortGroups.indexOf("habit"),
  orchestration: cohortGroups.indexOf("orchestration"),
} as const;
/** What one group says is gathered here: every report asks for the strength of several cases, and lists of lists cost more than their sums. */
const logs: number[] = new Array(cohortAxes.length + cohortGroups.length).fill(0);

interface GroupAsked {
  readonly group: number;
  readonly excluded: ReadonlySet<number>;
}

/** ln of one group's capped e-value; negative infinity while it says nothing. */
function groupNats(cohort: Cohort, laws: NullLaws, { group, excluded }: GroupAsked): number {
  const { enumeration, duplication, arrivalCap } = cohort;
  let said = group === groupCalled.workList ? gatherAccounts(cohort, laws, excluded) : 0;
  said = gatherAxes(cohort, laws, { group, excluded, said });
  if (group === groupCalled.enumeration && enumeration > Number.NEGATIVE_INFINITY) logs[said++] = enumeration;
  if (group === groupCalled.duplicates && duplication > Number.NEGATIVE_INFINITY) logs[said++] = duplication;
  if (said === 0) return Number.NEGATIVE_INFINITY;
  const cap = cohortGroupCaps[cohortGroups[group] as string] ?? Number.POSITIVE_INFINITY;
  return Math.min(averageEvidence(logs, said), group === groupCalled.orchestration ? arrivalCap : cap);
}

/** Writes what the axes of a group say behind what was `said`; returns how many speak then. */
function gatherAxes(
  cohort: Cohort,
  laws: NullLaws,
  { group, excluded, said }: GroupAsked & { readonly said: number },
): number {
  let count = said;
  for (const axis of axesOfGroup[group] as readonly number[]) {
    const process = cohort.axes[axis] as EProcess;
    if (process.total < 2 || excluded.has(axis)) continue;
    const nats = process.logEvidence(true);
    logs[count++] = leans(process, axis, laws) ? nats : Math.min(0, nats);
  }
  return count;
}

/** Writes what the accounts that a cohort tried say; returns how many speak. */
function gatherAccounts(cohort: Cohort, laws: NullLaws, excluded: ReadonlySet<number>): number {
  const { workList, campaign } = cohort;
  let cap: number = campaignNatsMax.owners;
  if (campaign.seen > 0) {
    const habits = gatherAxes(cohort, laws, { group: groupCalled.habit, excluded, said: 0 });
    for (let i = 0; i < habits; i++) if ((logs[i] as number) >= strangersNats) cap = campaignNatsMax.strangers;
  }
  let count = 0;
  if (workList.total > 0) logs[count++] = workList.logEvidence(true);
  if (campaign.seen > 0) logs[count++] = Math.min(campaign.nats, cap);
  return count;
}

/**
 * Does the cohort show the speaking bins clearly more often than the null expects? A quarter of what is left of the
 * whole: a cohort that deviates in an innocent bin (many new customers) and by a hair in a speaking one says nothing.
 */
export function leans(process: EProcess, axis: number, laws: NullLaws): boolean {
  const { speaking, bins } = cohortAxes[axis] as CohortAxis;
  if (speaking.length === bins.length) return true;
  const law = laws.axes[axis];
  if (law === undefined) return false;
  let seen = 0;
  let expected = 0;
  for (const bin of speaking) {
    seen += process.count(bin);
    expected += law.honest[bin] as number;
  }
  const honest = expected / law.honestTotal;
  return seen / process.total - honest >= excessMin * (1 - honest);
}

/**
 * ln of the e-value for innocence: honest law over the law of known automation, averaged over the axes that saw both and
 * do not define the grouping. Where one of them speaks for automation, the others are no alibi.
 */
export function innocence(cohort: Cohort, laws: NullLaws, excluded: ReadonlySet<number>): number {
  let sum = 0;
  let axes = 0;
  for (let axis = 0; axis < cohort.axes.length; axis++) {
    const process = cohort.axes[axis] as EProcess;
    const law = laws.axes[axis];
    if (process.total < 4 || law?.automated === undefined || excluded.has(axis)) continue;
    let nats = 0;
    for (let bin = 0; bin < process.bins; bin++) {
      const count = process.count(bin);
      const honest = (law.honest[bin] as number) / law.honestTotal;
      const automated = (law.automated[bin] as number) / law.automatedTotal;
      nats += count * Math.log(honest / Math.max(automated, 0.02));
    }
    if (nats < -1 && sessionLevel(axis)) return 0;
    sum += Math.min(nats, 12);
    axes++;
  }
  return axes === 0 ? 0 : sum / axes;
}

/** Axes on which the null of one session is known; the others differ between cohorts by themselves. */
function sessionLevel(axis: number): boolean {
  return ["cadence", "gap", "answers", "account"].includes((cohortAxes[axis] as CohortAxis).name);
}
