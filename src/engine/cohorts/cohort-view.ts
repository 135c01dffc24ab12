import type { Millis } from "#core";
import { nameAttack } from "../auth/attack-words.ts";
import { cohortGroups } from "./axes.ts";
import { caseStrength } from "./case-strength.ts";
import type { Cohort } from "./cohort.ts";
import type { Conviction } from "./conviction.ts";
import { excludedAxes, groupings } from "./groupings.ts";
import type { NullLaws } from "./null-laws.ts";

/** A cohort as people see it: its size, its case and what became of it. */
export interface CohortView {
  readonly key: number;
  readonly grouping: string;
  readonly application: string;
  readonly sessions: number;
  readonly addresses: number;
  readonly countries: number;
  readonly addressSample: readonly string[];
  readonly firstSeen: Millis;
  readonly lastSeen: Millis;
  readonly nats: number;
  /** Nats by group of evidence, capped; groups that say nothing are left out. */
  readonly groups: Readonly<Record<string, number>>;
  readonly needed: number | null;
  readonly state: "judged" | "too small" | "convicted" | "known honest";
  readonly conviction: Conviction | undefined;
  /** Key of the behaviour that most of its members show; 0: none is known. */
  readonly behaviour: number;
  /** What its log-ins are by now, where it is convicted: "stuffing", "spraying", "cracking"…; empty else. */
  readonly attack: string;
}

/** The view of a row in the table; `conviction` where one stands against it. */
export function viewOfCohort(cohort: Cohort, conviction: Conviction | undefined, laws: NullLaws): CohortView {
  const strength = caseStrength(cohort, laws, excludedAxes[cohort.grouping] as ReadonlySet<number>);
  const judged = cohort.alpha > 0 ? "judged" : "too small";
  return {
    key: cohort.key,
    grouping: groupings[cohort.grouping]?.name ?? "",
    application: cohort.application,
    sessions: cohort.sessions,
    addresses: Math.round(cohort.addresses.estimate()),
    countries: Math.round(cohort.countries.estimate()),
    addressSample: [...cohort.addressSample],
    firstSeen: cohort.firstSeen,
    lastSeen: cohort.lastSeen,
    nats: strength.nats,
    groups: Object.fromEntries(
      strength.groups.flatMap((nats, group) =>
        nats > Number.NEGATIVE_INFINITY ? [[cohortGroups[group] as string, Math.round(100 * nats) / 100]] : [],
      ),
    ),
    needed: cohort.alpha > 0 ? -Math.log(cohort.alpha) : null,
    state:
      conviction !== undefined
        ? "convicted"
        : Math.max(cohort.honestUntil, cohort.pardonedUntil) > cohort.lastSeen
          ? "known honest"
          : judged,
    conviction,
    behaviour: cohort.behaviours.top(1)[0]?.value ?? 0,
    attack: conviction === undefined ? "" : nameAttack(cohort.logins).name || conviction.attack,
  };
}

/** The view of a conviction whose row was evicted or never had one. */
export function viewOfConviction(conviction: Conviction): CohortView {
  const { key, grouping, application, sessions, since, nats } = conviction;
  return {
    key,
    grouping,
    application,
    sessions,
    addresses: 0,
    countries: 0,
    addressSample: [],
    firstSeen: since,
    lastSeen: since,
    nats,
    groups: {},
    needed: null,
    state: "convicted",
    conviction,
    behaviour: 0,
    attack: conviction.attack,
  };
}
