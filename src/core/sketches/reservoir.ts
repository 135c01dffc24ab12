import { assert } from "../assert.ts";
import type { Random } from "../random.ts";

/**
 * A uniform sample of everything offered (Vitter 1985, algorithm R): after n offers each item is kept with
 * probability `capacity / n`, whatever the order. Chance is an argument, so that one seed gives one run.
 */
export class Reservoir<Item> {
  readonly capacity: number;
  readonly #items: Item[] = [];
  readonly #random: Random;
  #offered = 0;

  constructor(capacity: number, random: Random) {
    assert(capacity >= 1 && capacity <= 1_000_000, `reservoir capacity must be 1-1000000, found ${capacity}`);
    this.capacity = capacity;
    this.#random = random;
  }

  get offered(): number {
    return this.#offered;
  }

  /** The sample, in no order. Valid until the next `offer`. */
  get items(): readonly Item[] {
    return this.#items;
  }

  offer(item: Item): void {
    this.#offered++;
    if (this.#items.length < this.capacity) {
      this.#items.push(item);
      return;
    }
    const slot = Math.floor(this.#random() * this.#offered);
    if (slot < this.capacity) this.#items[slot] = item;
  }

  clear(): void {
    this.#items.length = 0;
    this.#offered = 0;
  }
}
