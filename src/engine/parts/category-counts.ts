import { type NetworkCategory, networkCategories } from "#core";
import type { NetworkOutcome } from "../geography/index.ts";

/** Sessions of one category, since the start. */
export interface CategoryCount {
  readonly category: NetworkCategory;
  readonly sessions: number;
  readonly convicted: number;
  readonly people: number;
}

/** Categories as bits of one byte. */
export function categoriesBits(categories: readonly NetworkCategory[]): number {
  let bits = 0;
  for (const category of categories) bits |= 1 << networkCategories.indexOf(category);
  return bits;
}

/** Counts how sessions of each category ended. */
export class CategoryCounts {
  readonly #sessions: Float64Array = new Float64Array(networkCategories.length);
  readonly #convicted: Float64Array = new Float64Array(networkCategories.length);
  readonly #people: Float64Array = new Float64Array(networkCategories.length);

  count(bits: number, outcome: NetworkOutcome): void {
    for (let index = 0; bits >> index !== 0; index++) {
      if ((bits & (1 << index)) === 0) continue;
      this.#sessions[index] = (this.#sessions[index] as number) + 1;
      if (outcome === "convicted") this.#convicted[index] = (this.#convicted[index] as number) + 1;
      else if (outcome === "person") this.#people[index] = (this.#people[index] as number) + 1;
    }
  }

  view(): CategoryCount[] {
    return networkCategories.map((category, index) => ({
      category,
      sessions: this.#sessions[index] as number,
      convicted: this.#convicted[index] as number,
      people: this.#people[index] as number,
    }));
  }
}
