import { assert } from "../assert.ts";
import type { Millis } from "../exchange.ts";

/** Neighbouring cells that one key may stand in. */
const ways = 4;
const countMax = 0xffff;

/**
 * Events per key in a sliding window, for many keys in fixed memory: 12 bytes a cell. Each cell counts the present and
 * the previous window; the estimate is `present + previous × share of the previous window still inside` (the sliding
 * window approximation of rate limiters), within a few per cent for steady traffic.
 *
 * Keys are 32-bit hashes; 0 stands for no key. A full bucket gives up the key with the smallest count, so that a flood
 * of fresh keys pushes out other fresh keys and not a busy one.
 */
export class WindowCounts {
  readonly windowMs: Millis;
  readonly #keys: Uint32Array;
  readonly #windows: Uint32Array;
  readonly #present: Uint16Array;
  readonly #previous: Uint16Array;
  readonly #mask: number;

  constructor(windowMs: Millis, cells = 16_384) {
    assert(cells >= ways && (cells & (cells - 1)) === 0, `cells must be a power of two, found ${cells}`);
    this.windowMs = windowMs;
    this.#keys = new Uint32Array(cells);
    this.#windows = new Uint32Array(cells);
    this.#present = new Uint16Array(cells);
    this.#previous = new Uint16Array(cells);
    this.#mask = cells - 1;
  }

  get bytes(): number {
    return this.#keys.length * 12;
  }

  /** One event of a key; `by` -1 takes one back. */
  add(key: number, at: Millis, by = 1): void {
    if (key === 0) return;
    const window = Math.floor(at / this.windowMs) >>> 0;
    const cell = this.#cell(key, window);
    if (this.#keys[cell] !== key) {
      if (by < 0) return;
      this.#keys[cell] = key;
      this.#windows[cell] = window;
      this.#present[cell] = 0;
      this.#previous[cell] = 0;
    }
    this.#turn(cell, window);
    this.#present[cell] = Math.max(0, Math.min(countMax, (this.#present[cell] as number) + by));
  }

  /** Estimated events of a key in the window that ends at `at`. */
  estimate(key: number, at: Millis): number {
    if (key === 0) return Number.NaN;
    const exact = at / this.windowMs;
    const window = Math.floor(exact) >>> 0;
    const cell = this.#find(key);
    if (cell < 0) return 0;
    const behind = window - (this.#windows[cell] as number);
    if (behind > 1) return 0;
    const left = 1 - (exact - Math.floor(exact));
    if (behind === 1) return (this.#present[cell] as number) * left;
    return (this.#present[cell] as number) + (this.#previous[cell] as number) * left;
  }

  #turn(cell: number, window: number): void {
    const behind = window - (this.#windows[cell] as number);
    if (behind <= 0) return;
    this.#previous[cell] = behind === 1 ? (this.#present[cell] as number) : 0;
    this.#present[cell] = 0;
    this.#windows[cell] = window;
  }

  #find(key: number): number {
    const from = key & this.#mask & ~(ways - 1);
    for (let cell = from; cell < from + ways; cell++) if (this.#keys[cell] === key) return cell;
    return -1;
  }

  /** The key's cell, a free or outdated one, or that of the smallest count. */
  #cell(key: number, window: number): number {
    const from = key & this.#mask & ~(ways - 1);
    let victim = from;
    let least = Number.POSITIVE_INFINITY;
    for (let cell = from; cell < from + ways; cell++) {
      if (this.#keys[cell] === key) return cell;
      const stale = window - (this.#windows[cell] as number) > 1;
      const count = stale ? -1 : (this.#present[cell] as number) + (this.#previous[cell] as number);
      if (count < least) [victim, least] = [cell, count];
    }
    return victim;
  }
}
