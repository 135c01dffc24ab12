import { assert } from "#core";

/**
 * Which of the live sessions have an annex: a row of some part's own table that only sessions need which came so far. Rows are
 * numbered from 0 and there is one for every session, so a flood can deny nobody's; those never used are never touched, and the
 * system lends no memory for them. Four bytes per session.
 */
export class Annexes {
  /** One more than the row of each session; 0: none. */
  readonly #of: Uint32Array;
  readonly #free: Uint32Array;
  #freed = 0;
  #used = 0;

  constructor(sessionsMax: number) {
    this.#of = new Uint32Array(sessionsMax);
    this.#free = new Uint32Array(sessionsMax);
  }

  /** Sessions that have one. */
  get held(): number {
    return this.#used - this.#freed;
  }

  /** Row of a session's annex; -1: it has none. */
  of(slot: number): number {
    return (this.#of[slot] as number) - 1;
  }

  /** Row of a session's annex, which it is given if it has none. The row may hold what was there before. */
  take(slot: number): number {
    const known = this.of(slot);
    if (known >= 0) return known;
    const row = this.#freed > 0 ? (this.#free[--this.#freed] as number) : this.#used++;
    assert(row < this.#of.length, "there is an annex for every session");
    this.#of[slot] = row + 1;
    return row;
  }

  /** Takes a session's annex back. */
  give(slot: number): void {
    const row = this.of(slot);
    if (row < 0) return;
    this.#free[this.#freed++] = row;
    this.#of[slot] = 0;
  }
}
