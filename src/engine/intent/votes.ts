import type { Hashed, Millis } from "#core";

const votersMax = 65_536;
const cohortsMax = 4_096;
const dayMs: Millis = 24 * 3600_000;

/**
 * Who may teach, and how much. Baselines are poisoned by sending many well-behaved sessions of one's own, so:
 * only sessions that the caller found anchored are asked here at all, each voter (account, or the identity of a
 * jar where there is none) has one vote per day, and the n-th vote of one cohort weighs `sqrt(n) - sqrt(n-1)`,
 * so that a cohort of n sessions counts as `sqrt(n)`. Cohort 0 stands for clients in no tight cohort. Both tables are fixed; when the voters of a day are too
 * many, further ones are not heard rather than counted twice. Price of poisoning k votes: k anchored accounts
 * in k/sqrt(k) distinct behaviours.
 */
export class Votes {
  readonly #voters: Float64Array = new Float64Array(votersMax);
  readonly #cohortVotes: Float32Array = new Float32Array(cohortsMax);
  #heard = 0;
  #day = Number.NaN;

  /** Weight of this vote in 0..1; 0 when the voter has voted today or nobody vouches for it. */
  admit(voter: Hashed, cohort: number, now: Millis): number {
    if (voter === 0) return 0;
    this.#turn(now);
    if (this.#heard >= votersMax * 0.75) return 0;
    let at = voter % votersMax;
    while (this.#voters[at] !== 0) {
      if (this.#voters[at] === voter) return 0;
      at = (at + 1) % votersMax;
    }
    this.#voters[at] = voter;
    this.#heard++;
    return this.#share(cohort);
  }

  #share(cohort: number): number {
    if (cohort === 0) return 1;
    const at = (cohort >>> 0) % cohortsMax;
    // Two cohorts in one cell share its weight: crowding lowers a vote, never raises it.
    const before = this.#cohortVotes[at] ?? 0;
    this.#cohortVotes[at] = before + 1;
    return Math.sqrt(before + 1) - Math.sqrt(before);
  }

  #turn(now: Millis): void {
    const day = Math.floor(now / dayMs);
    if (day === this.#day) return;
    this.#day = day;
    this.#voters.fill(0);
    this.#cohortVotes.fill(0);
    this.#heard = 0;
  }
}
