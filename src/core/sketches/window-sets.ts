import { assert } from "../assert.ts";
import type { Millis } from "../exchange.ts";
import { mix32 } from "./mix.ts";

const ways = 4;
/** Words of one window's map, and its bits. */
const words = 4;
const bits = words * 32;

/**
 * Distinct values per key, for many keys in fixed memory: 40 bytes a cell, two 128-bit maps read by linear counting
 * (Whang et al. 1990). The estimate covers the present and the previous window together, so it speaks of the last one to
 * two windows; exact to about one for up to ten values, within an eighth up to two hundred, and stops at 710.
 */
export class WindowSets {
  readonly windowMs: Millis;
  readonly #keys: Uint32Array;
  readonly #windows: Uint32Array;
  /** The present map, then the previous one. */
  readonly #maps: Uint32Array;
  readonly #mask: number;

  constructor(windowMs: Millis, cells = 16_384) {
    assert(cells >= ways && (cells & (cells - 1)) === 0, `cells must be a power of two, found ${cells}`);
    this.windowMs = windowMs;
    this.#keys = new Uint32Array(cells);
    this.#windows = new Uint32Array(cells);
    this.#maps = new Uint32Array(cells * words * 2);
    this.#mask = cells - 1;
  }

  get bytes(): number {
    return this.#keys.length * (8 + words * 8);
  }

  /** The key showed a value (any 32-bit hash). A key of 0 is none. */
  add(key: number, value: number, at: Millis): void {
    if (key === 0) return;
    const window = Math.floor(at / this.windowMs) >>> 0;
    const cell = this.#cell(key, window);
    const map = cell * words * 2;
    if (this.#keys[cell] !== key) {
      this.#keys[cell] = key;
      this.#windows[cell] = window;
      this.#maps.fill(0, map, map + words * 2);
    }
    const behind = window - (this.#windows[cell] as number);
    if (behind > 0) this.#turn(cell, behind === 1, window);
    const bit = mix32(value, 0x51) & (bits - 1);
    const place = map + (bit >> 5);
    this.#maps[place] = ((this.#maps[place] as number) | (1 << (bit & 31))) >>> 0;
  }

  /** Estimated distinct values of a key in the last one to two windows. */
  estimate(key: number, at: Millis): number {
    if (key === 0) return Number.NaN;
    const from = key & this.#mask & ~(ways - 1);
    for (let cell = from; cell < from + ways; cell++) {
      if (this.#keys[cell] !== key) continue;
      const behind = (Math.floor(at / this.windowMs) >>> 0) - (this.#windows[cell] as number);
      return behind > 1 ? 0 : linearCount(this.#set(cell, behind === 0), bits);
    }
    return 0;
  }

  /** Bits set in the present map of a cell, or in both. */
  #set(cell: number, both: boolean): number {
    const map = cell * words * 2;
    let count = 0;
    for (let word = map; word < map + words; word++)
      count += popcount((this.#maps[word] as number) | (both ? (this.#maps[word + words] as number) : 0));
    return count;
  }

  #turn(cell: number, next: boolean, window: number): void {
    const map = cell * words * 2;
    if (next) this.#maps.copyWithin(map + words, map, map + words);
    else this.#maps.fill(0, map + words, map + words * 2);
    this.#maps.fill(0, map, map + words);
    this.#windows[cell] = window;
  }

  #cell(key: number, window: number): number {
    const from = key & this.#mask & ~(ways - 1);
    let victim = from;
    let least = Number.POSITIVE_INFINITY;
    for (let cell = from; cell < from + ways; cell++) {
      if (this.#keys[cell] === key) return cell;
      const stale = window - (this.#windows[cell] as number) > 1;
      const size = stale ? -1 : this.#set(cell, true);
      if (size < least) [victim, least] = [cell, size];
    }
    return victim;
  }
}

/** Distinct values behind `set` bits of a map of `size` bits: `-size ln(unset / size)`, rounded; a full map counts half a bit unset. */
export function linearCount(set: number, size: number): number {
  return Math.round(-size * Math.log(Math.max(0.5, size - set) / size) * 10) / 10;
}

/** Bits set in a 32-bit word. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
