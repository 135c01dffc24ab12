import { Bloom, combine32, fnv1a, type Hashed, type Millis } from "#core";
import { cohortAxisIndex } from "./axes.ts";
import type { Cohort } from "./cohort.ts";
import type { CohortMemory, StandingConviction } from "./cohort-memory.ts";
import { type Certificate, certificateFor } from "./conformal-gate.ts";
import { type Conviction, pureLeast, weighAnew } from "./conviction.ts";
import type { Membership } from "./groupings.ts";
import type { Sighting } from "./sighting.ts";

type Basis = Pick<Conviction, "basis" | "certifiedFpr" | "missing" | "certifiedOver">;

const day: Millis = 86_400_000;

/** What a visit was reported with, besides its sighting. */
export interface Reported {
  readonly keys: Float64Array;
  readonly bins: Int8Array;
  /** A conviction that stands hits it. */
  readonly guilty: boolean;
}

/** A visit on its way. */
export interface Passing {
  readonly keys: Float64Array;
  readonly bins: Int8Array;
  readonly at: Millis;
  readonly address: Hashed;
  readonly visit: Hashed;
}

const sideEffects = cohortAxisIndex["side-effects"];
const { answers } = cohortAxisIndex;

/**
 * Which bound a conviction may claim. Each conviction is put to the visits before its own case
 * (`EarlierVisits`): where enough of them were made and they refute the bound, it has none. Else anchored people decide, as soon as enough of
 * them were seen, about everybody that convictions hit; until then those visits do, and each anchored person whom the conviction
 * hits afterwards takes their bound back.
 */
export class Certifier {
  readonly #memory: CohortMemory;
  readonly #rate: number;
  readonly #voters = new Bloom(1 << 18, 4);

  /** @param rate false-positive rate that must be proven. */
  constructor(memory: CohortMemory, rate: number) {
    this.#memory = memory;
    this.#rate = rate;
  }

  /** One vote per account (or client) and day among anchored people; every visit that nothing hits yet is an earlier one for cases to come. */
  learn(sighting: Sighting, { keys, bins, guilty }: Reported): void {
    const { account, addressHash, at, client } = sighting;
    if (sighting.anchored && this.#voters.add(combine32(Math.floor(at / day), account || client))) {
      this.#memory.anchoredGroups++;
      if (guilty) this.#memory.anchoredHit++;
    }
    if (guilty) return;
    this.#memory.earlier.note({
      application: fnv1a(sighting.application),
      keys,
      bins,
      at,
      address: addressHash,
      visit: sighting.visit ?? addressHash,
      whole: sighting.letIn === true || cameWhole(bins),
    });
  }

  /** A visit before its report: its cohorts until now, where it could have been hit. */
  under({ application }: Membership, passing: Passing): void {
    const whole = cameWhole(passing.bins);
    this.#memory.earlier.note({ ...passing, application: fnv1a(application), whole });
  }

  /** A conviction with the bound it may claim now. Visits that refute one are heard whoever else was spared: many people never anchor. */
  certified(conviction: Omit<Conviction, keyof Basis>): Conviction {
    const { anchoredHit, anchoredGroups, earlier, laws } = this.#memory;
    const anchored = certificateFor(anchoredHit, anchoredGroups, this.#rate);
    const open = unbound(conviction);
    const { visits, alike } = earlier.word(open, laws.axes);
    const before = certificateFor(alike, visits, this.#rate);
    const refuted = before.missing === 0 && before.certifiedFpr === null;
    if (refuted) return open;
    if (anchored.missing === 0) return claim(open, anchored, "anchored people");
    return claim({ ...open, missing: Math.min(anchored.missing, before.missing) }, before, "earlier visits");
  }

  /** A convicted cohort met another member. One that turns out to be purer hits more: what it may claim is asked again, unless it hit a person. */
  weigh(standing: StandingConviction | undefined, cohort: Cohort): void {
    const before = standing?.conviction.purity ?? 1;
    weighAnew(standing, cohort, this.#memory.laws);
    if (standing !== undefined && before < pureLeast && standing.conviction.purity >= pureLeast)
      standing.conviction =
        standing.anchored > 0 ? withdrawn(standing.conviction) : this.certified(standing.conviction);
  }
}

function claim(
  open: Conviction,
  { certifiedFpr }: Certificate,
  certifiedOver: "anchored people" | "earlier visits",
): Conviction {
  return certifiedFpr === null ? open : { ...open, basis: "certified", certifiedFpr, missing: 0, certifiedOver };
}

/** A person whom the conviction hits: what the visits before it said is refuted. */
export function withdrawn(conviction: Conviction): Conviction {
  return conviction.certifiedOver === "earlier visits" ? unbound(conviction) : conviction;
}

/** A conviction without a bound, and with none that more visits would earn. */
function unbound({ certifiedOver: _, ...rest }: Omit<Conviction, keyof Basis> & Partial<Basis>): Conviction {
  return { ...rest, basis: "prior", certifiedFpr: null, missing: 0 };
}

/** It loaded what its pages cause, or, as programs do that have no pages, asked for several things and was refused none. */
function cameWhole(bins: Int8Array): boolean {
  const parts = bins[sideEffects];
  return parts === 0 || parts === 1 || (parts === -1 && bins[answers] === 0);
}
