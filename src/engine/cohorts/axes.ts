import { type AxisLaws, axisLaws } from "./e-process.ts";

/** One thing that a session can show and honest cohorts show in stable shares. */
export interface CohortAxis {
  readonly name: CohortAxisName;
  /** What each bin means, for people. At most 8. */
  readonly bins: readonly string[];
  /** Axes of one group share a benign cause: they are averaged, never multiplied, and capped together. */
  readonly group: string;
  /** Bins that speak for automation. A cohort that deviates the other way is unusual and innocent. */
  readonly speaking: readonly number[];
  /** Shares in honest cohorts before local cohorts were seen; assumed unless `source` names a publication. */
  readonly honest: readonly number[];
  /** How alike honest cohorts are before local ones were seen: pseudo-observations. Small: very unlike, so slow. */
  readonly alike: number;
  /** Shares under known automation, and their pseudo-observations. */
  readonly automated: readonly number[];
  readonly source: string;
}

const assumed = "assumed; replaced by what local honest cohorts show";

/**
 * The axes of a cohort, in the order of their bins in a sighting. None is presentation. Those marked as
 * cohort-level mean nothing for one session (everybody comes from some new address once) and much for fifty.
 */
export const cohortAxes: readonly CohortAxis[] = [
  {
    name: "arrival",
    bins: ["came the way people come", "skipped part of the way", "came straight to the step"],
    group: "orchestration",
    speaking: [1, 2],
    honest: [0.94, 0.045, 0.015],
    alike: 60,
    automated: [0.05, 0.25, 0.7],
    source: assumed,
  },
  {
    name: "jar",
    bins: ["aged cookies", "young cookies", "first visit", "cookies issued and not returned", "cookie never issued"],
    group: "cookies",
    speaking: [2, 3, 4],
    honest: [0.45, 0.25, 0.26, 0.03, 0.01],
    alike: 20,
    automated: [0.02, 0.08, 0.4, 0.4, 0.1],
    source: assumed,
  },
  {
    name: "order",
    bins: ["as browsers order cookies", "as no browser does"],
    group: "order",
    speaking: [1],
    honest: [0.985, 0.015],
    alike: 40,
    automated: [0.2, 0.8],
    source: assumed,
  },
  {
    name: "side-effects",
    bins: ["all that a page causes", "some of it", "none of it"],
    group: "side-effects",
    speaking: [2],
    honest: [0.7, 0.24, 0.06],
    alike: 15,
    automated: [0.03, 0.12, 0.85],
    source: assumed,
  },
  {
    name: "gap",
    bins: [
      "1st eighth",
      "2nd eighth",
      "3rd eighth",
      "4th eighth",
      "5th eighth",
      "6th eighth",
      "7th eighth",
      "8th eighth",
    ],
    group: "rhythm",
    speaking: [0, 1, 2, 3, 4, 5, 6, 7],
    honest: [0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125],
    alike: 60,
    automated: [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
    source: "by construction: bins are the application's own eighths of human page-to-submit gaps",
  },
  {
    name: "typicality",
    bins: ["too predictable", "as people go", "as nobody goes"],
    group: "sequence",
    speaking: [0, 2],
    honest: [0.02, 0.95, 0.03],
    alike: 30,
    automated: [0.3, 0.2, 0.5],
    source: "by construction: outer bins are the 2 % and 97 % quantiles of people's surprisal",
  },
  {
    name: "return-visit",
    bins: ["known device", "known address", "never seen before"],
    group: "network",
    speaking: [2],
    honest: [0.4, 0.2, 0.4],
    alike: 10,
    automated: [0.01, 0.04, 0.95],
    source: assumed,
  },
  {
    name: "address",
    bins: ["seen in this cohort", "new to this cohort"],
    group: "network",
    speaking: [1],
    honest: [0.12, 0.88],
    alike: 4,
    automated: [0.02, 0.98],
    source: assumed,
  },
  {
    name: "country",
    bins: ["very common", "common", "uncommon", "rare", "very rare"],
    group: "network",
    speaking: [2, 3, 4],
    honest: [0.5, 0.3, 0.15, 0.04, 0.01],
    alike: 15,
    automated: [0.15, 0.15, 0.25, 0.2, 0.25],
    source: "by construction: classes of cumulative share in the application's own traffic",
  },
  {
    name: "asn",
    bins: ["very common", "common", "uncommon", "rare", "very rare"],
    group: "network",
    speaking: [3, 4],
    honest: [0.5, 0.3, 0.15, 0.04, 0.01],
    alike: 15,
    automated: [0.1, 0.15, 0.2, 0.2, 0.35],
    source: "by construction: classes of cumulative share in the application's own traffic",
  },
  {
    name: "account",
    bins: ["known account, let in", "known account, refused", "unseen account, let in", "unseen account, refused"],
    group: "credentials",
    speaking: [1, 3],
    honest: [0.8, 0.1, 0.06, 0.04],
    alike: 40,
    automated: [0.01, 0.29, 0.01, 0.69],
    source: assumed,
  },
  {
    name: "outcome",
    bins: ["let in", "refused"],
    group: "credentials",
    speaking: [1],
    honest: [0.88, 0.12],
    alike: 15,
    automated: [0.05, 0.95],
    source: assumed,
  },
  {
    name: "hour",
    bins: ["very common", "common", "uncommon", "rare", "very rare"],
    group: "hour",
    speaking: [2, 3, 4],
    honest: [0.5, 0.3, 0.15, 0.04, 0.01],
    alike: 8,
    automated: [0.35, 0.27, 0.2, 0.1, 0.08],
    source: "by construction: classes of cumulative share of hours of the week",
  },
  {
    name: "cadence",
    bins: ["like clockwork", "evenly", "as people vary"],
    group: "cadence",
    speaking: [0],
    honest: [0.06, 0.14, 0.8],
    alike: 30,
    automated: [0.6, 0.3, 0.1],
    source: "spread of a session's own think times; people's are log-normal with a spread near 0.8, assumed elsewhere",
  },
  {
    name: "way",
    bins: ["the shortest way to its goal", "one page more", "looked around"],
    group: "way",
    speaking: [0],
    honest: [0.12, 0.2, 0.68],
    alike: 10,
    automated: [0.7, 0.15, 0.15],
    source: assumed,
  },
  {
    name: "habit",
    bins: [
      "as this account does",
      "one thing new",
      "two things new",
      "device, network and country new",
      "an account that is new each time",
    ],
    group: "habit",
    speaking: [3],
    honest: [0.75, 0.14, 0.05, 0.02, 0.04],
    alike: 15,
    automated: [0.01, 0.02, 0.07, 0.86, 0.04],
    source: assumed,
  },
  {
    name: "roaming",
    bins: ["a known device on its network", "a known device on a network new to it"],
    group: "roaming",
    speaking: [1],
    honest: [0.9, 0.1],
    alike: 15,
    automated: [0.1, 0.9],
    source: assumed,
  },
  {
    name: "answers",
    bins: ["all answered", "some refused", "mostly refused"],
    group: "answers",
    speaking: [2],
    honest: [0.9, 0.08, 0.02],
    alike: 20,
    automated: [0.15, 0.2, 0.65],
    source: assumed,
  },
  {
    name: "spacing",
    bins: ["as far from the cohort's middle as people are", "near it", "at it"],
    group: "spacing",
    speaking: [2],
    honest: [0.54, 0.22, 0.24],
    alike: 30,
    automated: [0.05, 0.25, 0.7],
    source:
      "pauses between page and log-in are log-normal with a spread near 0.8 whatever their middle, assumed elsewhere",
  },
  {
    name: "goal",
    bins: ["asked for often", "asked for now and then", "asked for rarely", "never asked for"],
    group: "enumeration",
    speaking: [2, 3],
    honest: [0.6, 0.25, 0.1, 0.05],
    alike: 20,
    automated: [0.05, 0.1, 0.25, 0.6],
    source: assumed,
  },
];

export type CohortAxisName =
  | "arrival"
  | "jar"
  | "order"
  | "side-effects"
  | "gap"
  | "typicality"
  | "return-visit"
  | "address"
  | "country"
  | "asn"
  | "account"
  | "outcome"
  | "hour"
  | "cadence"
  | "way"
  | "habit"
  | "roaming"
  | "answers"
  | "spacing"
  | "goal";

export const cohortAxisCount: number = cohortAxes.length;

/** Position of an axis in a sighting's bins. */
export const cohortAxisIndex: Readonly<Record<CohortAxisName, number>> = Object.fromEntries(
  cohortAxes.map(({ name }, index) => [name, index]),
) as Record<CohortAxisName, number>;

/**
 * Groups in the order of first appearance, then those that are no histogram of sessions: copies of one walk, and the work
 * list of a campaign.
 */
export const cohortGroups: readonly string[] = [
  ...new Set(cohortAxes.map(({ group }) => group)),
  "duplicates",
  "work-list",
];
/** The group of every axis. */
export const groupOfAxis: Uint8Array = Uint8Array.from(cohortAxes, ({ group }) => cohortGroups.indexOf(group));

/**
 * The most, in nats, that one group may say about a whole cohort: -ln of how many honest cohorts are assumed to
 * consist of people who share that oddity (a privacy browser's users, a travel portal's customers). Groups absent
 * here have no benign cause that fills a whole cohort with it once the null is learned. Two groups at least are
 * then needed for a conviction at 1e-6.
 */
export const cohortGroupCaps: Readonly<Record<string, number>> = {
  cookies: 6.9,
  network: 6.9,
  order: 6.9,
  "side-effects": 5.3,
  rhythm: 5.3,
  sequence: 4.6,
  hour: 2.3,
  cadence: 9.2,
  way: 4.6,
  habit: 6.9,
  roaming: 5.3,
  answers: 6.9,
  spacing: 9.2,
  duplicates: 9.2,
  "work-list": 9.2,
};

/**
 * Groups that one way of life explains together: who travels, refuses cookies, uses a password manager or reads with
 * assistive technology differs in several of them at once. However many speak, together they say at most
 * `softNatsMax`; a conviction needs besides how the cohort arrives, what it logs in with, what it copies or sweeps.
 */
export const softGroups: ReadonlySet<string> = new Set([
  "cookies",
  "network",
  "side-effects",
  "rhythm",
  "sequence",
  "hour",
  "way",
  "roaming",
]);
/** -ln of one honest cohort in ten thousand. */
export const softNatsMax = 9.2;

/** Laws for every axis before any local cohort was seen. */
export function priorLaws(): AxisLaws[] {
  return cohortAxes.map(({ honest, alike, automated }) =>
    axisLaws(
      Float64Array.from(honest, (share) => share * alike),
      Float64Array.from(automated, (share) => share * 6),
    ),
  );
}
