import type { Limit } from "./limit.ts";

type Name =
  | "cohortsMax"
  | "convictionsMax"
  | "populationsMax"
  | "cohortIdleMs"
  | "convictionIdleMs"
  | "votesToJudge"
  | "evictionScan"
  | "earlierVisitsMax";

/** What the cohort tables may hold. */
export const cohortLimits: Readonly<Record<Name, Limit>> = {
  cohortsMax: {
    default: 10_000,
    unit: "count",
    why: "about 7 kB each; more would not all gather enough sessions to be judged",
  },
  convictionsMax: {
    default: 10_000,
    unit: "count",
    why: "kept apart from the table, so a flood of new cohorts evicts none",
  },
  populationsMax: { default: 64, unit: "count", why: "applications with their own picture of what is common" },
  cohortIdleMs: { default: 86_400_000, unit: "ms", why: "a cohort silent for a day starts its case over" },
  convictionIdleMs: { default: 604_800_000, unit: "ms", why: "a conviction nobody met for a week is retired" },
  votesToJudge: {
    default: 5,
    unit: "count",
    why: "smaller cohorts draw no alpha, so noise does not raise the bar for others",
  },
  evictionScan: {
    default: 24,
    unit: "count",
    why: "rows looked at to find one to evict; bounds the work per new cohort",
  },
  earlierVisitsMax: {
    default: 65_536,
    unit: "count",
    why: "about 90 bytes each; 30,000 clients among them prove 1e-4, and a conviction looks through all once",
  },
};
