import type { Millis } from "#core";

/** Upper edges of the classes by cumulative share of the application's traffic, most common first. */
const edges: readonly number[] = [0.5, 0.8, 0.95, 0.99];
export const commonnessBins: readonly string[] = ["very common", "common", "uncommon", "rare", "very rare"];
const valuesMax = 4_096;
const refreshEvery = 512;

/** What is kept: values with their weights. */
export interface SavedCommonness {
  readonly weights: readonly (readonly [value: number | string, weight: number])[];
  readonly decayedAt: Millis | null;
}

/**
 * How common a value (country, network, hour of the week) is in the application's own traffic, as one of five
 * classes by cumulative share. A cohort that draws its members from the application's own people has the same mix
 * of classes as everybody, whatever the country; a pool of rented addresses has not. That conditions "dozens of
 * countries" on how international the application is.
 *
 * Decays with half-life `halfLifeMs`, one vote per call. Ranks are refreshed every 512 votes or when asked: reads
 * are O(1). Answers -1 (unknown) below `least` votes.
 */
export class Commonness {
  readonly #weights = new Map<number | string, number>();
  #classes = new Map<number | string, number>();
  #total = 0;
  #sinceRefresh = 0;
  #decayedAt: Millis = Number.NaN;
  readonly #halfLifeMs: Millis;
  readonly #least: number;

  constructor(options: { readonly halfLifeMs: Millis; readonly least?: number }) {
    this.#halfLifeMs = options.halfLifeMs;
    this.#least = options.least ?? 200;
  }

  get total(): number {
    return this.#total;
  }

  vote(value: number | string, at: Millis): void {
    if (Number.isNaN(this.#decayedAt)) this.#decayedAt = at;
    if (at - this.#decayedAt > this.#halfLifeMs / 8) this.refresh(at);
    const known = this.#weights.get(value);
    if (known === undefined && this.#weights.size >= valuesMax) this.#prune();
    this.#weights.set(value, (known ?? 0) + 1);
    this.#total++;
    if (++this.#sinceRefresh >= refreshEvery || (this.#classes.size === 0 && this.#total >= this.#least))
      this.refresh(at);
  }

  /** Class of the value, 0 (very common) to 4 (very rare or never seen); -1 while too little is known. */
  classOf(value: number | string): number {
    if (this.#total < this.#least || this.#classes.size === 0) return -1;
    return this.#classes.get(value) ?? edges.length;
  }

  /** Re-ranks the values and lets old votes fade. O(values log values). */
  refresh(at: Millis): void {
    this.#sinceRefresh = 0;
    const factor = 2 ** (-Math.max(0, at - this.#decayedAt) / this.#halfLifeMs);
    if (factor < 0.9) {
      this.#total *= factor;
      this.#decayedAt = at;
      for (const [value, weight] of this.#weights) this.#weights.set(value, weight * factor);
    }
    const ranked = [...this.#weights].sort((a, b) => b[1] - a[1]);
    const classes = new Map<number | string, number>();
    let before = 0;
    for (const [value, weight] of ranked) {
      let rank = 0;
      while (rank < edges.length && before / this.#total >= (edges[rank] as number)) rank++;
      classes.set(value, rank);
      before += weight;
    }
    this.#classes = classes;
  }

  save(): SavedCommonness {
    return { weights: [...this.#weights], decayedAt: Number.isNaN(this.#decayedAt) ? null : this.#decayedAt };
  }

  restore(saved: SavedCommonness): void {
    for (const [value, weight] of saved.weights.slice(0, valuesMax)) this.#weights.set(value, weight);
    this.#total = [...this.#weights.values()].reduce((sum, weight) => sum + weight, 0);
    if (saved.decayedAt === null) return;
    this.#decayedAt = saved.decayedAt;
    this.refresh(saved.decayedAt);
  }

  #prune(): void {
    const kept = [...this.#weights].sort((a, b) => b[1] - a[1]).slice(0, valuesMax / 2);
    this.#weights.clear();
    this.#total = 0;
    for (const [value, weight] of kept) {
      this.#weights.set(value, weight);
      this.#total += weight;
    }
  }
}
