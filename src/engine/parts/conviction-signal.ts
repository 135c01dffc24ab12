import type { Signal } from "#core";
import { type Cohorts, type Conviction, decidingAxes, type Membership, sparing } from "../cohorts/index.ts";
import { mix32 } from "../sessions/text-hash.ts";

/** The member whom a conviction hits. */
export interface HitMember {
  readonly membership: Membership;
  /** What it has shown, by axis; -1 unknown. */
  readonly bins: Int8Array;
}

interface Said {
  /** Honest sessions that behave like the member, and of how many: counted when this was said. */
  readonly alike: number;
  readonly of: number;
  readonly signal: Signal;
}

/** What is said of a conviction's members, by what they show; a conviction that changes is another object. */
const said = new WeakMap<Conviction, Map<number, Said>>();
/** Kinds of members of one conviction that are told apart at a time. */
const kindsMax = 32;

/**
 * A conviction as the signal that hits a member: put together once for those who show the same of what decides, because a flood's members
 * are hit thousands of times. Says how many honest sessions behave like the member, and what would have spared it.
 */
export function convictionSignal(
  conviction: Conviction,
  { membership, bins }: HitMember,
  { audit, memory }: Pick<Cohorts, "audit" | "memory">,
): Signal {
  const { behaviour } = membership;
  const alike = behaviour === 0 ? 0 : audit.alike(behaviour);
  const kinds = kindsOf(conviction);
  const kind = decidingAxes.reduce((hash, axis) => mix32(hash ^ ((bins[axis] as number) + 2)), behaviour | 0);
  const known = kinds.get(kind);
  // One honest session more changes nothing that anybody would read differently.
  if (known !== undefined && known.alike === alike && audit.sessions <= 1.01 * known.of) return known.signal;
  const honest = behaviour === 0 || audit.sessions === 0 ? {} : { honestAlike: alike, honestSeen: audit.sessions };
  const spared = sparing(memory, membership, bins);
  const signal = signalOf(conviction, { ...honest, ...(spared.length === 0 ? {} : { spared: spared.join("; ") }) });
  if (kinds.size >= kindsMax) kinds.clear();
  kinds.set(kind, { alike, of: audit.sessions, signal });
  return signal;
}

function kindsOf(conviction: Conviction): Map<number, Said> {
  const known = said.get(conviction);
  if (known !== undefined) return known;
  const kinds = new Map<number, Said>();
  said.set(conviction, kinds);
  return kinds;
}

function signalOf(conviction: Conviction, member: Signal["evidence"]): Signal {
  const { grouping, sessions, nats, purity, basis, certifiedFpr, certifiedOver, enforced } = conviction;
  return {
    detector: "convicted-cohort",
    axis: "cohort",
    group: "cohort",
    // Beyond the day's budget of people a conviction is watched: it is listed and weighs nothing.
    nats: enforced ? nats : 0,
    evidence: {
      cohort: conviction.key.toString(36),
      grouping,
      sessions,
      purity: Math.round(purity * 100) / 100,
      ...(conviction.shared === true ? { shared: "yes" } : {}),
      basis,
      certifiedFpr: certifiedFpr ?? "none yet",
      ...(certifiedOver === undefined ? {} : { certifiedOver }),
      enforced: enforced ? "yes" : "the day's budget of people is spent",
      ...(conviction.attack === "" ? {} : { attack: conviction.attack, threat: conviction.threat }),
      ...member,
      case: conviction.evidence.slice(0, 3).join("; "),
    },
  };
}
