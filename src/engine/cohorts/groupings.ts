import { combine32, fnv1a, type Hashed } from "#core";
import { type CohortAxisName, cohortAxisIndex } from "./axes.ts";

export type GroupingName = "behaviour" | "presentation" | "stack" | "context" | "walk";

/** One way of putting sessions together, its share of alpha and the axes that say nothing under it. */
export interface Grouping {
  readonly name: GroupingName;
  readonly share: number;
  /** Axes that define the grouping: their agreement is why these sessions are together, not evidence. */
  readonly defining: readonly CohortAxisName[];
}

/**
 * Behaviour: one behavioural fingerprint. Presentation: one look at one endpoint; looking alike is never evidence,
 * it only says whom to judge together. Stack: the same without the user agent, which costs nothing to change. Context: one
 * endpoint, network class and jar state, for attackers who vary both. A jar state is also a persona (who refuses cookies
 * also arrives and loads differently), so whatever follows from it counts as defining too: refusers among themselves are
 * no cohort of bots, and those who log in before anything was owed, at once and by the shortest way, are password managers. Walk: those who went one rare way, page for page, after each other.
 */
export const groupings: readonly Grouping[] = [
  {
    name: "behaviour",
    share: 0.4,
    defining: ["arrival", "jar", "order", "side-effects", "gap", "typicality", "way"],
  },
  { name: "presentation", share: 0.2, defining: [] },
  { name: "stack", share: 0.15, defining: [] },
  {
    name: "context",
    share: 0.15,
    defining: [
      "jar",
      "arrival",
      "order",
      "side-effects",
      "return-visit",
      "country",
      "asn",
      "habit",
      "roaming",
      "way",
      "gap",
    ],
  },
  { name: "walk", share: 0.1, defining: ["typicality", "arrival", "side-effects", "way", "answers"] },
];

/** Axis numbers that each grouping leaves out, in the order of `groupings`. */
export const excludedAxes: readonly ReadonlySet<number>[] = groupings.map(
  ({ defining }) => new Set(defining.map((name) => cohortAxisIndex[name])),
);

/** The axes, by number, that define a grouping. */
export function definingOf(grouping: GroupingName): ReadonlySet<number> {
  return excludedAxes[groupings.findIndex(({ name }) => name === grouping)] ?? new Set();
}

/** What a session belongs to. 0 means that the part was not observed and the session has no cohort of that kind. */
export interface Membership {
  readonly application: string;
  /** Strict key of the behavioural fingerprint. */
  readonly behaviour: Hashed;
  /** Hash of the presentation (header structure, TLS, HTTP/2, user agent family). */
  readonly presentation: Hashed;
  /** The same without the user agent; 0 where the wire was not observed. */
  readonly stack: Hashed;
  /** Label of the rare walk it shares with others; 0 while it goes its own way. */
  readonly walk: Hashed;
  /** Hash of the endpoint where the session is judged: its sensitive step, else where it entered. */
  readonly step: Hashed;
  /** Hash of network class and jar state. */
  readonly context: Hashed;
}

/** Writes the membership's key under each grouping into `keys` (0: none). Keys of two groupings never meet. */
export function writeCohortKeys(membership: Membership, keys: Float64Array): void {
  const base = fnv1a(membership.application);
  keys[0] = membership.behaviour === 0 ? 0 : keyOf(0, combine32(base, membership.behaviour), base);
  const { step } = membership;
  const atStep = combine32(base, step);
  keys[1] = atStepKey(1, membership.presentation, atStep, step);
  keys[2] = atStepKey(2, membership.stack, atStep, step);
  keys[3] = atStepKey(3, membership.context, atStep, step);
  keys[4] = membership.walk === 0 ? 0 : keyOf(4, combine32(base, membership.walk), base);
}

function atStepKey(grouping: number, part: number, atStep: number, step: number): number {
  return part === 0 || step === 0 ? 0 : keyOf(grouping, combine32(atStep, part), atStep);
}

function keyOf(grouping: number, hash: number, more: number): number {
  return grouping * 0x10_0000_0000_0000 + (combine32(more, hash) & 0xfffff) * 0x1_0000_0000 + hash;
}
