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
 * Which bound a conviction may claim. Where enough anchored people were seen, their word decides: it is about everybody that convictions hit.
 * Until then the visits before the conviction's own case began do (`EarlierVisits`), and each anchored person whom
 * it hits afterwards takes that bound back.
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

  /** A conviction with the bound it may claim now. */
  certified(conviction: Omit<Conviction, keyof Basis>): Conviction {
    const { earlier, laws } = this.#memory;
    const anchored = this.#anchored();
    const open: Conviction = { ...conviction, basis: "prior", certifiedFpr: null, missing: anchored.missing };
    if (anchored.missing === 0) return claim(open, anchored, "anchored people");
    const { visits, alike } = earlier.word(open, laws.axes);
    const before = certificateFor(alike, visits, this.#rate);
    return claim(
      { ...open, missing: Math.min(open.missing, before.missing || open.missing) },
      before,
      "earlier visits",
    );
  }

  /** A convicted cohort met another member. One that turns out to be purer hits more: what it may claim is asked again. */
  weigh(standing: StandingConviction | undefined, cohort: Cohort): void {
    const before = standing?.conviction.purity ?? 1;
    weighAnew(standing, cohort, this.#memory.laws);
    if (standing !== undefined && before < pureLeast && standing.conviction.purity >= pureLeast)
      standing.conviction = this.certified(withdrawn(standing.conviction));
  }

  /**
   * Convictions without a bound, once anchored people are many enough to decide: O(1) each. What the visits before a case say of it never
   * gets better, so it is asked once.
   */
  renew(standing: Iterable<StandingConviction>): void {
    if (this.#anchored().missing > 0) return;
    for (const entry of standing) {
      if (entry.conviction.certifiedFpr === null && entry.anchored === 0)
        entry.conviction = this.certified(entry.conviction);
    }
  }

  #anchored(): Certificate {
    return certificateFor(this.#memory.anchoredHit, this.#memory.anchoredGroups, this.#rate);
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
  if (conviction.certifiedOver !== "earlier visits") return conviction;
  const { certifiedOver: _, ...rest } = conviction;
  return { ...rest, basis: "prior", certifiedFpr: null };
}

/** It loaded what its pages cause, or, as programs do that have no pages, asked for several things and was refused none. */
function cameWhole(bins: Int8Array): boolean {
  const parts = bins[sideEffects];
  return parts === 0 || parts === 1 || (parts === -1 && bins[answers] === 0);
}
