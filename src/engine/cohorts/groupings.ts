import { combine32, fnv1a, type Hashed } from "#core";
import { type CohortAxisName, cohortAxisIndex } from "./axes.ts";

/** One way of putting sessions together, its share of alpha and the axes that say nothing under it. */
export interface Grouping {
  readonly name: "behaviour" | "presentation" | "context";
  readonly share: number;
  /** Axes that define the grouping: their agreement is why these sessions are together, not evidence. */
  readonly defining: readonly CohortAxisName[];
}

/**
 * Behaviour: one behavioural fingerprint. Presentation: one look at one endpoint; looking alike is never evidence,
 * it only says whom to judge together. Context: one endpoint, network class and jar state, for attackers who vary
 * both. A jar state is also a persona (who refuses cookies also arrives and loads differently), so whatever follows from
 * it counts as defining too: refusers among themselves are no cohort of bots.
 */
export const groupings: readonly Grouping[] = [
  {
    name: "behaviour",
    share: 0.5,
    defining: ["arrival", "jar", "order", "side-effects", "gap", "typicality"],
  },
  { name: "presentation", share: 0.35, defining: [] },
  {
    name: "context",
    share: 0.15,
    defining: ["jar", "arrival", "order", "side-effects", "return-visit", "country", "asn"],
  },
];

/** Axis numbers that each grouping leaves out, in the order of `groupings`. */
export const excludedAxes: readonly ReadonlySet<number>[] = groupings.map(
  ({ defining }) => new Set(defining.map((name) => cohortAxisIndex[name])),
);

/** What a session belongs to. 0 means that the part was not observed and the session has no cohort of that kind. */
export interface Membership {
  readonly application: string;
  /** Strict key of the behavioural fingerprint. */
  readonly behaviour: Hashed;
  /** Hash of the presentation (header structure, TLS, HTTP/2, user agent family). */
  readonly presentation: Hashed;
  /** Hash of the endpoint where the session is judged: its sensitive step, else where it entered. */
  readonly step: Hashed;
  /** Hash of network class and jar state. */
  readonly context: Hashed;
}

/** Writes the membership's key under each grouping into `keys` (0: none). Keys of two groupings never meet. */
export function writeCohortKeys(membership: Membership, keys: Float64Array): void {
  const base = fnv1a(membership.application);
  keys[0] = membership.behaviour === 0 ? 0 : keyOf(0, combine32(base, membership.behaviour), base);
  const atStep = combine32(base, membership.step);
  keys[1] =
    membership.presentation === 0 || membership.step === 0
      ? 0
      : keyOf(1, combine32(atStep, membership.presentation), atStep);
  keys[2] =
    membership.context === 0 || membership.step === 0 ? 0 : keyOf(2, combine32(atStep, membership.context), atStep);
}

function keyOf(grouping: number, hash: number, more: number): number {
  return grouping * 0x10_0000_0000_0000 + (combine32(more, hash) & 0xfffff) * 0x1_0000_0000 + hash;
}
