import { combine32, fnv1a } from "#core";
import { groupCap, type PrevalencePrior } from "../statistics/index.ts";

interface Row {
  bare: number;
  all: number;
}

const stepsMax = 512;
/** A cohort whose every member comes straight to the step: a native app, a script of a partner, an attack. */
const prior: PrevalencePrior = { rate: 0.003, sessions: 400, source: "assumed; replaced by what local cohorts show" };

/**
 * How many honest clients come straight to a sensitive step, step by step. Where a native app or a partner does so
 * every day, coming straight is no evidence at that step, whoever does it; where nobody does, it is strong. A
 * cohort's sessions weigh 1 / sqrt(n), so one large cohort cannot make its own manner normal, and convicted ones are
 * not handed in. Evaded by coming straight slowly and for long before the attack.
 */
export class ArrivalBook {
  readonly #rows = new Map<number, Row>();

  /** The most that arrivals may say at this step, in nats. */
  cap(application: string, step: number): number {
    const row = this.#rows.get(combine32(fnv1a(application), step));
    return row === undefined ? groupCap(prior, 0, 0) : groupCap(prior, row.bare, row.all);
  }

  /** One unconvicted session. `bin`: of the arrival axis. `votes`: sessions its cohort has had. */
  learn(session: { readonly application: string; readonly step: number }, bin: number, votes: number): void {
    if (bin < 0 || session.step === 0) return;
    const key = combine32(fnv1a(session.application), session.step);
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (this.#rows.size >= stepsMax) return;
      row = { bare: 0, all: 0 };
      this.#rows.set(key, row);
    }
    const weight = 1 / Math.sqrt(Math.max(1, votes));
    row.all += weight;
    if (bin === 2) row.bare += weight;
  }
}
