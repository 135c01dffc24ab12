import { assert } from "../assert.ts";
import type { Millis } from "../exchange.ts";

/**
 * Exponentially forgetting counters in one slab, decayed only when touched: a value halves every `halfLifeMs`.
 * Exact up to float32 rounding (2^-24 relative per touch). A time before the last touch counts as that last
 * touch, so a clock that jumps back never inflates a count. 8 bytes a counter; times are kept in half-lives
 * since the first touch, where rounding stays under 1/1000 half-life for 8,000 of them (a year at one hour).
 */
export class DecayedCounters {
  readonly #values: Float32Array;
  readonly #times: Float32Array;
  readonly #halfLifeMs: number;
  #epoch: Millis = Number.NaN;

  constructor(size: number, halfLifeMs: Millis) {
    assert(size >= 1, `at least one counter is needed, found ${size}`);
    assert(halfLifeMs > 0, `half-life must be positive, found ${halfLifeMs}`);
    this.#values = new Float32Array(size);
    this.#times = new Float32Array(size);
    this.#halfLifeMs = halfLifeMs;
  }

  get size(): number {
    return this.#values.length;
  }

  /** Adds and returns the new value. */
  add(index: number, amount: number, now: Millis): number {
    const time = this.#halfLives(now);
    const next = this.#decayed(index, time) + amount;
    this.#values[index] = next;
    if (time > (this.#times[index] as number)) this.#times[index] = time;
    return next;
  }

  read(index: number, now: Millis): number {
    return this.#decayed(index, this.#halfLives(now));
  }

  clear(index: number): void {
    this.#values[index] = 0;
  }

  #halfLives(now: Millis): number {
    if (Number.isNaN(this.#epoch)) this.#epoch = now;
    return (now - this.#epoch) / this.#halfLifeMs;
  }

  #decayed(index: number, time: number): number {
    const value = this.#values[index] as number;
    if (value === 0) return 0;
    const age = time - (this.#times[index] as number);
    return age <= 0 ? value : value * 2 ** -age;
  }
}
