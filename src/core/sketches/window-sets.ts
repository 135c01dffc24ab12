import { assert } from "../assert.ts";
import type { Millis } from "../exchange.ts";
import { mix32 } from "./mix.ts";

const ways = 4;
/** Bits of one window's map. */
const bits = 64;

/**
 * Distinct values per key, for many keys in fixed memory: 24 bytes a cell, two 64-bit maps read by linear counting
 * (Whang et al. 1990). The estimate covers the present and the previous window together, so it speaks of the last one to
 * two windows; exact to about one for up to ten values, within a sixth up to a hundred, and stops at 266.
 */
export class WindowSets {
  readonly windowMs: Millis;
  readonly #keys: Uint32Array;
  readonly #windows: Uint32Array;
  /** Four words a cell: present low and high, previous low and high. */
  readonly #maps: Uint32Array;
  readonly #mask: number;

  constructor(windowMs: Millis, cells = 16_384) {
    assert(cells >= ways && (cells & (cells - 1)) === 0, `cells must be a power of two, found ${cells}`);
    this.windowMs = windowMs;
    this.#keys = new Uint32Array(cells);
    this.#windows = new Uint32Array(cells);
    this.#maps = new Uint32Array(cells * 4);
    this.#mask = cells - 1;
  }

  get bytes(): number {
    return this.#keys.length * 24;
  }

  /** The key showed a value (any 32-bit hash). A key of 0 is none. */
  add(key: number, value: number, at: Millis): void {
    if (key === 0) return;
    const window = Math.floor(at / this.windowMs) >>> 0;
    const cell = this.#cell(key, window);
    const map = cell * 4;
    if (this.#keys[cell] !== key) {
      this.#keys[cell] = key;
      this.#windows[cell] = window;
      this.#maps.fill(0, map, map + 4);
    }
    const behind = window - (this.#windows[cell] as number);
    if (behind > 0) {
      for (const word of [0, 1]) {
        this.#maps[map + 2 + word] = behind === 1 ? (this.#maps[map + word] as number) : 0;
        this.#maps[map + word] = 0;
      }
      this.#windows[cell] = window;
    }
    const bit = mix32(value, 0x51) & (bits - 1);
    this.#maps[map + (bit >> 5)] = ((this.#maps[map + (bit >> 5)] as number) | (1 << (bit & 31))) >>> 0;
  }

  /** Estimated distinct values of a key in the last one to two windows. */
  estimate(key: number, at: Millis): number {
    if (key === 0) return Number.NaN;
    const from = key & this.#mask & ~(ways - 1);
    for (let cell = from; cell < from + ways; cell++) {
      if (this.#keys[cell] !== key) continue;
      const behind = (Math.floor(at / this.windowMs) >>> 0) - (this.#windows[cell] as number);
      if (behind > 1) return 0;
      const map = cell * 4;
      const low = (this.#maps[map] as number) | (behind === 0 ? (this.#maps[map + 2] as number) : 0);
      const high = (this.#maps[map + 1] as number) | (behind === 0 ? (this.#maps[map + 3] as number) : 0);
      return linearCount(popcount(low) + popcount(high), bits);
    }
    return 0;
  }

  #cell(key: number, window: number): number {
    const from = key & this.#mask & ~(ways - 1);
    let victim = from;
    let least = Number.POSITIVE_INFINITY;
    for (let cell = from; cell < from + ways; cell++) {
      if (this.#keys[cell] === key) return cell;
      const stale = window - (this.#windows[cell] as number) > 1;
      const size = stale ? -1 : popcount(this.#maps[cell * 4] as number) + popcount(this.#maps[cell * 4 + 1] as number);
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
