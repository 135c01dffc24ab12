import { combine32, fnv1a } from "#core";
import { groupCap, type PrevalencePrior } from "../statistics/index.ts";

interface Row {
  bare: number;
  all: number;
}

/** What is kept of one step. */
export type SavedArrival = readonly [step: number, bare: number, all: number];

const stepsMax = 512;
/** A cohort whose every member comes straight to the step: a native app, a script of a partner, an attack. */
const prior: PrevalencePrior = { rate: 0.0005, sessions: 2000, source: "assumed; replaced by what local cohorts show" };

/** Clients that took a step before it is known how they came to it. */
const knownLeast = 300;
const rareShare = 0.01;

const untaughtCap = groupCap(prior, 0, 0);

/**
 * How many honest clients come straight to a sensitive step, step by step. Where a native app or a partner does so
 * every day, coming straight is no evidence at that step, whoever does it; where nobody does, it is strong. The
 * n-th bare arrival of a cohort weighs 1 / sqrt(n), so one large cohort cannot make its own manner normal, and
 * convicted ones are not handed in. Evaded by coming straight slowly and for long before the attack.
 */
export class ArrivalBook {
  readonly #rows = new Map<number, Row>();

  /**
   * The most that arrivals may say at this step about a cohort, in nats. `own`: the weight of bare arrivals that this
   * cohort itself has taught, which is left out: nobody is his own character witness.
   */
  cap(application: string, step: number, own = 0): number {
    const row = this.#rows.get(combine32(fnv1a(application), step));
    return row === undefined ? untaughtCap : groupCap(prior, Math.max(0, row.bare - own), row.all);
  }

  /**
   * Do hardly any honest clients begin with this step, of those who take it at all? No while too few were seen. Only then does
   * beginning with it say something: an application's first call is where all of its clients begin.
   */
  rarelyFirst(application: string, step: number): boolean {
    const row = this.#rows.get(combine32(fnv1a(application), step));
    return row !== undefined && row.all >= knownLeast && row.bare < rareShare * row.all;
  }

  /** Takes back what a cohort taught before it was convicted. */
  withdraw(application: string, step: number, own: number): void {
    const row = this.#rows.get(combine32(fnv1a(application), step));
    if (row !== undefined) row.bare = Math.max(0, row.bare - own);
  }

  /**
   * One unconvicted session. `bin`: of the arrival axis. `votes`: sessions its cohort has had. Returns the weight of
   * bare arrival that was added.
   */
  learn(session: { readonly application: string; readonly step: number }, bin: number, votes: number): number {
    if (bin < 0 || session.step === 0) return 0;
    const key = combine32(fnv1a(session.application), session.step);
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (this.#rows.size >= stepsMax) return 0;
      row = { bare: 0, all: 0 };
      this.#rows.set(key, row);
    }
    const weight = bin === 2 ? 1 / Math.sqrt(Math.max(1, votes)) : 1;
    row.all += weight;
    if (bin !== 2) return 0;
    row.bare += weight;
    return weight;
  }

  save(): readonly SavedArrival[] {
    return [...this.#rows].map(([step, { bare, all }]) => [step, bare, all]);
  }

  restore(saved: readonly SavedArrival[]): void {
    for (const [step, bare, all] of saved.slice(0, stepsMax)) this.#rows.set(step, { bare, all });
  }
}
