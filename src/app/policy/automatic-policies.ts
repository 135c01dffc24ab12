import { type ConvictedCohort, writePolicy } from "#analyst";
import { type Clock, policyLimits } from "#core";
import type { CohortView } from "#engine";
import { cohortKey, isSameAttack } from "../incidents/same-attack.ts";
import type { LivePolicy } from "./open-policy.ts";
import type { PolicyDesk } from "./policy-desk.ts";

/** Writes policies from convictions, into the review queue or straight to one session in a hundred. */
export interface AutomaticPolicies {
  /** Looks for convictions that have no policy yet; called by the caller's timer. Returns the names it wrote. */
  look(): Promise<readonly string[]>;
}

/** What is done with a policy once it is written. */
export type AutomaticMode = "off" | "review" | "canary";

/** What they are written from and into. */
export interface AutomaticParts {
  readonly cohorts: () => readonly CohortView[];
  readonly policy: LivePolicy;
  readonly desk: PolicyDesk;
  readonly clock: Clock;
  /** For an application by its name. */
  modeOf(application: string): AutomaticMode;
}

const lifetimeMs = 7 * 86_400_000;
const who = "gait";

/**
 * Each attack gets one policy, whatever groupings convicted it by then: watching, with its case as the reason, retired after a week unless somebody keeps it. In
 * `canary` it goes one step on if its backtest is within the limit; its guardrail and the next step are as for any rule.
 */
export function createAutomaticPolicies({ cohorts, policy, desk, clock, modeOf }: AutomaticParts): AutomaticPolicies {
  const seen = new Set<string>();
  return {
    async look() {
      const written: string[] = [];
      const convicted = cohorts().filter(({ state }) => state === "convicted");
      for (const cohort of convicted) {
        const mode = modeOf(cohort.application);
        if (mode === "off" || seen.has(cohortKey(cohort))) continue;
        const twins = convicted.filter((other) => isSameAttack(cohort, other) && !seen.has(cohortKey(other)));
        const made = writePolicy(convictedOf(cohort, twins));
        if (made === undefined) continue;
        if (seen.size + twins.length >= policyLimits.proposalsMax.default) break;
        for (const one of [cohort, ...twins]) seen.add(cohortKey(one));
        if (policy.set.rules.some(({ name }) => name === made.name)) continue;
        const why = [made.reason, ...made.evidence].join(" | ");
        policy.apply({ file: `proposals/${made.name}.yaml`, text: made.text }, { who, why });
        policy.move(made.name, "watch", { who, why, expiresAt: clock.now() + lifetimeMs });
        if (mode === "canary") await desk.approve(made.name, { who, why, to: "canary-1" });
        written.push(made.name);
      }
      return written;
    },
  };
}

/** A convicted cohort as policies are written from it. */
export function convictedOf(cohort: CohortView, twins: readonly CohortView[]): ConvictedCohort {
  const { application, grouping, sessions, addresses, countries, nats, conviction } = cohort;
  return {
    name: cohortKey(cohort),
    twins: twins.map(cohortKey),
    application,
    grouping,
    sessions,
    addresses,
    countries,
    nats,
    purity: conviction?.purity ?? 0,
    certifiedFpr: conviction?.certifiedFpr ?? null,
    missing: conviction?.missing ?? 0,
    evidence: conviction?.evidence ?? [],
  };
}
