import type { Millis } from "#core";

/** Lags are kept in classes that grow by a quarter of an octave from 8 ms on. */
const classes = 48;
const classesPerOctave = 4;
const smallestMs = 8;
const relearnEvery = 32;

/** How long a new cookie may be withheld before we have learned how long that takes here. */
export const graceDefaultMs: Millis = 3_000;
const graceMsMin: Millis = 250;
const graceMsMax: Millis = 10_000;
/** Weight of the default against what is learned, in sessions. */
const priorWeight = 20;

/**
 * Learns how long honest clients may still send requests without a cookie that an answer has just set:
 * parallel requests, requests already queued, other tabs. The 99th percentile is the grace in which a
 * missing or outdated cookie says nothing. Only sessions whose legitimacy rests on scarce facts may teach it,
 * else an attacker could widen it by withholding cookies on purpose; it never exceeds ten seconds.
 */
export class ReturnLag {
  readonly #counts: Float32Array = new Float32Array(classes);
  #total = 0;
  #sinceFit = 0;
  #graceMs: Millis = graceDefaultMs;

  /** Time after an answer in which the cookie it set is not yet owed. */
  get graceMs(): Millis {
    return this.#graceMs;
  }

  /** Adds the longest time after which one honest client still sent the old state; class 0: it never did. */
  add(lagClassSeen: number): void {
    const index = Math.min(classes - 1, lagClassSeen);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total++;
    if (++this.#sinceFit >= relearnEvery) this.#fit();
  }

  /** The learned table, for snapshots. */
  counts(): Float32Array {
    return this.#counts.slice();
  }

  /** Takes a table that `counts` gave. */
  restore(counts: Float32Array): void {
    this.#counts.set(counts.subarray(0, classes));
    this.#total = this.#counts.reduce((sum, count) => sum + count, 0);
    this.#fit();
  }

  #fit(): void {
    this.#sinceFit = 0;
    const wanted = 0.99 * (this.#total + priorWeight);
    let below = 0;
    let index = 0;
    const defaultClass = lagClass(graceDefaultMs);
    for (; index < classes; index++) {
      below += (this.#counts[index] ?? 0) + (index === defaultClass ? priorWeight : 0);
      if (below >= wanted) break;
    }
    const upperEdgeMs = smallestMs * 2 ** (index / classesPerOctave);
    this.#graceMs = Math.min(graceMsMax, Math.max(graceMsMin, upperEdgeMs));
    // Old habits fade, so that a faster front server narrows the grace again.
    if (this.#total < 10_000) return;
    for (let i = 0; i < classes; i++) this.#counts[i] = (this.#counts[i] ?? 0) / 2;
    this.#total /= 2;
  }
}

/** Number of the class that holds `lagMs`; 0 for nothing at all, at most 47. */
export function lagClass(lagMs: Millis): number {
  if (lagMs < smallestMs) return 0;
  return Math.min(classes - 1, 1 + Math.floor(Math.log2(lagMs / smallestMs) * classesPerOctave));
}
