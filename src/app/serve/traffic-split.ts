import type { Kind, Millis } from "#core";

/** The kinds in the order in which they are shown and stacked. */
export const kinds: readonly Kind[] = ["human", "verified-agent", "declared-bot", "automated", "unknown"];

const kindIndex: Readonly<Record<Kind, number>> = {
  human: 0,
  "verified-agent": 1,
  "declared-bot": 2,
  automated: 3,
  unknown: 4,
};

/** Requests by kind over the last minutes, in steps of one width. Memory is fixed. */
export class TrafficSplit {
  readonly #counts: Uint32Array;
  readonly #buckets: number;
  readonly #bucketMs: Millis;
  /** Number of the newest step since the epoch. */
  #newest = 0;
  readonly totals: Record<Kind, number> = {
    human: 0,
    "verified-agent": 0,
    "declared-bot": 0,
    automated: 0,
    unknown: 0,
  };

  constructor(options: { readonly buckets: number; readonly bucketMs: Millis }) {
    this.#buckets = options.buckets;
    this.#bucketMs = options.bucketMs;
    this.#counts = new Uint32Array(options.buckets * kinds.length);
  }

  count(kind: Kind, at: Millis): void {
    this.totals[kind]++;
    const step = this.#advance(at);
    // A clock that went back further than the window has no step to count in; the totals have it.
    if (step <= this.#newest - this.#buckets) return;
    const place = (step % this.#buckets) * kinds.length + kindIndex[kind];
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
  }

  /** One row per step, oldest first, each with the counts in the order of `kinds`. */
  series(at: Millis): {
    readonly from: Millis;
    readonly stepMs: Millis;
    readonly rows: readonly (readonly number[])[];
  } {
    this.#advance(at);
    const rows: number[][] = [];
    const oldest = this.#newest - this.#buckets + 1;
    for (let step = oldest; step <= this.#newest; step++) {
      const place = (((step % this.#buckets) + this.#buckets) % this.#buckets) * kinds.length;
      rows.push([...this.#counts.subarray(place, place + kinds.length)]);
    }
    return { from: oldest * this.#bucketMs, stepMs: this.#bucketMs, rows };
  }

  /** Empties the steps between the newest and now; returns now's step. */
  #advance(at: Millis): number {
    const step = Math.floor(at / this.#bucketMs);
    if (step <= this.#newest) return step;
    const gap = Math.min(step - this.#newest, this.#buckets);
    for (let i = 0; i < gap; i++) {
      const place = ((step - i) % this.#buckets) * kinds.length;
      this.#counts.fill(0, place, place + kinds.length);
    }
    this.#newest = step;
    return step;
  }
}
