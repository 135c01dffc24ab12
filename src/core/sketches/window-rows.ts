import { assert } from "../assert.ts";
import type { Millis } from "../exchange.ts";
import { linearCount, popcount } from "./linear-count.ts";
import { mix32 } from "./mix.ts";

/** Neighbouring cells that one key may stand in. */
const ways = 4;
const countMax = 0xffff;
/** Words of one window's map of values, and its bits. */
const mapWords = 4;
const mapBits = mapWords * 32;
const estimates: Float64Array = Float64Array.from({ length: mapBits + 1 }, (_, set) => linearCount(set, mapBits));

/** Where a moment stands in each of some windows; worked out once for all tables that share it. */
export class WindowClock {
  readonly windowsMs: readonly Millis[];
  /** The present window of each length. */
  readonly numbers: Uint32Array;
  /** Share of the previous window that is still inside, of each length. */
  readonly left: Float64Array;
  #at: Millis = Number.NaN;

  constructor(windowsMs: readonly Millis[]) {
    this.windowsMs = windowsMs;
    this.numbers = new Uint32Array(windowsMs.length);
    this.left = new Float64Array(windowsMs.length);
  }

  set(at: Millis): void {
    if (at === this.#at) return;
    this.#at = at;
    for (let window = 0; window < this.windowsMs.length; window++) {
      const exact = at / (this.windowsMs[window] as number);
      this.numbers[window] = Math.floor(exact);
      this.left[window] = 1 - (exact - Math.floor(exact));
    }
  }
}

/** Columns of a table: for each counter and each set, which of the clock's windows it counts in. */
export interface WindowColumns {
  readonly counters: readonly number[];
  readonly sets: readonly number[];
}

/**
 * What keys did in sliding windows, everything of one key in one row: events as `present + previous × share of the previous
 * window still inside` (the sliding window approximation of rate limiters, within a few per cent for steady traffic), and
 * different values as two 128-bit maps read by linear counting (Whang et al. 1990) over the present and the previous window
 * together: exact to about one for up to ten values, within an eighth up to two hundred, 710 at most.
 *
 * Columns with a limit ring when they reach it (`listen`, `ringing`), so that who waits for limits looks at one word of a row.
 *
 * Fixed memory: 4 bytes a counter, 32 a set and 24 more for each of `cells` keys. A row is touched as a whole, because
 * fetching it costs more than counting in it. Keys are 32-bit hashes; 0 stands for no key. A full bucket gives up the key that
 * did least, so that a flood of fresh keys pushes out other fresh keys and not a busy one; what a key did fades by half with
 * each of the longest window.
 */
export class WindowRows {
  readonly columns: WindowColumns;
  readonly #clock: WindowClock;
  readonly #keys: Uint32Array;
  readonly #words: Uint32Array;
  readonly #width: number;
  readonly #mask: number;
  readonly #firstCounter: number;
  readonly #firstSet: number;
  /** Counters and sets of each window, as their places in a row. */
  readonly #countersOf: readonly Uint16Array[];
  readonly #setsOf: readonly Uint16Array[];
  readonly #longest: number;
  /** Words of a row that say which of its columns may have reached their limit. */
  readonly #firstAlarm: number;
  /** What each column must reach to matter to anybody, counters before sets; infinite where nobody asked. */
  readonly #limits: Float64Array;
  /** Rows in which each column rings. */
  readonly #ringers: Uint32Array;
  /** Columns that ring in some row, as bits: while none does, nobody needs to find any row. */
  readonly #ringingAnywhere: Uint32Array;

  constructor(columns: WindowColumns, clock: WindowClock, cells = 16_384) {
    assert(cells >= ways && (cells & (cells - 1)) === 0, `cells must be a power of two, found ${cells}`);
    this.columns = columns;
    this.#clock = clock;
    const { windowsMs } = clock;
    this.#firstAlarm = 1 + windowsMs.length;
    const width = columns.counters.length + columns.sets.length;
    this.#limits = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
    this.#ringers = new Uint32Array(width);
    this.#ringingAnywhere = new Uint32Array(Math.ceil(width / 32));
    this.#firstCounter = this.#firstAlarm + this.#ringingAnywhere.length;
    this.#firstSet = this.#firstCounter + columns.counters.length;
    this.#width = this.#firstSet + columns.sets.length * mapWords * 2;
    this.#keys = new Uint32Array(cells);
    this.#words = new Uint32Array(cells * this.#width);
    this.#mask = cells - 1;
    const placesIn = (of: readonly number[], place: (column: number) => number): readonly Uint16Array[] =>
      windowsMs.map((_, window) =>
        Uint16Array.from(of.flatMap((one, column) => (one === window ? [place(column)] : []))),
      );
    this.#countersOf = placesIn(columns.counters, (column) => this.#firstCounter + column);
    this.#setsOf = placesIn(columns.sets, (column) => this.#firstSet + column * mapWords * 2);
    const used = [...columns.counters, ...columns.sets];
    this.#longest = used.reduce((a, b) => ((windowsMs[b] ?? 0) > (windowsMs[a] ?? 0) ? b : a), used[0] ?? 0);
  }

  get bytes(): number {
    return this.#keys.byteLength + this.#words.byteLength;
  }

  /** The key's row at the clock's time, or -1. */
  find(key: number): number {
    if (key === 0) return -1;
    const from = key & this.#mask & ~(ways - 1);
    for (let cell = from; cell < from + ways; cell++) if (this.#keys[cell] === key) return this.#turned(cell);
    return -1;
  }

  /** The key's row at the clock's time, opened where it had none; -1 for no key. Counts as something the key did. */
  open(key: number): number {
    if (key === 0) return -1;
    const known = this.find(key);
    const row = known < 0 ? this.#give(key) : known;
    this.#words[row] = Math.min(0xffff_ffff, (this.#words[row] as number) + 1);
    return row;
  }

  /**
   * Somebody wants to know of rows whose column (counters first, then sets) reaches these limits: `ringing` tells of them
   * from now on, so that nobody needs to look at the others.
   */
  listen(limits: Iterable<readonly [column: number, limit: number]>): void {
    const lowered: number[] = [];
    for (const [column, limit] of limits) {
      if (limit >= (this.#limits[column] as number)) continue;
      this.#limits[column] = limit;
      lowered.push(column);
    }
    if (lowered.length === 0) return;
    // What stands in rows was counted while nobody asked.
    for (let cell = 0; cell <= this.#mask; cell++) {
      if (this.#keys[cell] === 0) continue;
      const row = cell * this.#width;
      for (const column of lowered)
        if (this.#mostOf(row, column) >= (this.#limits[column] as number)) this.#ring(row, column);
    }
  }

  /** Which of 32 columns from `32 × word` on may have reached their limit, as bits: none is missing, some may be too many. */
  ringing(row: number, word: number): number {
    return this.#words[row + this.#firstAlarm + word] as number;
  }

  /** Does one of these columns, as bits, ring in any row? */
  ringsAnywhere(columns: Uint32Array): boolean {
    for (let word = 0; word < columns.length; word++)
      if (((this.#ringingAnywhere[word] as number) & (columns[word] as number)) !== 0) return true;
    return false;
  }

  /** Where a column can no longer reach what anybody listens for, it rings no more until it reaches that again. */
  quieten(row: number, column: number): void {
    if (this.#mostOf(row, column) < (this.#limits[column] as number)) this.#hush(row, column);
  }

  /** What a column stands at with the whole previous window, which its value does not exceed until more is counted. */
  #mostOf(row: number, column: number): number {
    const { counters } = this.columns;
    if (column >= counters.length) return this.different(row, column - counters.length);
    const word = this.#words[row + this.#firstCounter + column] as number;
    return (word & countMax) + (word >>> 16);
  }

  #ring(row: number, column: number): void {
    const place = row + this.#firstAlarm + (column >> 5);
    const bit = 1 << (column & 31);
    const before = this.#words[place] as number;
    if ((before & bit) !== 0) return;
    this.#words[place] = (before | bit) >>> 0;
    this.#ringers[column] = (this.#ringers[column] as number) + 1;
    this.#ringingAnywhere[column >> 5] = ((this.#ringingAnywhere[column >> 5] as number) | bit) >>> 0;
  }

  #hush(row: number, column: number): void {
    const place = row + this.#firstAlarm + (column >> 5);
    const bit = 1 << (column & 31);
    const before = this.#words[place] as number;
    if ((before & bit) === 0) return;
    this.#words[place] = (before & ~bit) >>> 0;
    const left = (this.#ringers[column] as number) - 1;
    this.#ringers[column] = left;
    if (left === 0) this.#ringingAnywhere[column >> 5] = ((this.#ringingAnywhere[column >> 5] as number) & ~bit) >>> 0;
  }

  /** A row that is given up rings no more. */
  #hushAll(row: number): void {
    for (let word = 0; word < this.#ringingAnywhere.length; word++) {
      for (let left = this.ringing(row, word); left !== 0; left &= left - 1)
        this.#hush(row, word * 32 + 31 - Math.clz32(left & -left));
    }
  }

  /** Events of a row; `by` below 0 takes some back. */
  add(row: number, counter: number, by: number): void {
    const place = row + this.#firstCounter + counter;
    const word = this.#words[place] as number;
    const present = Math.max(0, Math.min(countMax, (word & countMax) + by));
    this.#words[place] = ((word & ~countMax) | present) >>> 0;
    // The whole previous window, not the share still inside: a clock that steps back must not make a row ring too late.
    if (present + (word >>> 16) >= (this.#limits[counter] as number)) this.#ring(row, counter);
  }

  /** A row showed a value (any 32-bit hash) to a set. */
  meet(row: number, set: number, value: number): void {
    const bit = mix32(value, 0x51) & (mapBits - 1);
    const place = row + this.#firstSet + set * mapWords * 2 + (bit >> 5);
    const before = this.#words[place] as number;
    const after = (before | (1 << (bit & 31))) >>> 0;
    if (after === before) return;
    this.#words[place] = after;
    const column = this.columns.counters.length + set;
    const limit = this.#limits[column] as number;
    if (limit !== Number.POSITIVE_INFINITY && this.different(row, set) >= limit) this.#ring(row, column);
  }

  /** Estimated events of a row in the counter's window that ends at the clock's time. */
  count(row: number, counter: number): number {
    const word = this.#words[row + this.#firstCounter + counter] as number;
    if (word === 0) return 0;
    const window = this.columns.counters[counter] as number;
    return (word & countMax) + (word >>> 16) * (this.#clock.left[window] as number);
  }

  /** Estimated different values of a row in the last one to two of the set's windows. */
  different(row: number, set: number): number {
    const from = row + this.#firstSet + set * mapWords * 2;
    let bits = 0;
    for (let word = from; word < from + mapWords; word++)
      bits += popcount((this.#words[word] as number) | (this.#words[word + mapWords] as number));
    return estimates[bits] as number;
  }

  /** Takes over what another table knows: columns by their place there, -1 for new ones. */
  takeOver(other: WindowRows, from: WindowColumns): void {
    const clockWords = 1 + this.#clock.windowsMs.length;
    assert(this.#mask === other.#mask, "tables of different sizes");
    this.#keys.set(other.#keys);
    for (let cell = 0; cell <= this.#mask; cell++) {
      const [to, at] = [cell * this.#width, cell * other.#width];
      this.#words.set(other.#words.subarray(at, at + clockWords), to);
      for (const [column, old] of from.counters.entries())
        if (old >= 0)
          this.#words[to + this.#firstCounter + column] = other.#words[at + other.#firstCounter + old] as number;
      for (const [column, old] of from.sets.entries()) {
        const map = at + other.#firstSet + old * mapWords * 2;
        const place = to + this.#firstSet + column * mapWords * 2;
        if (old >= 0) this.#words.set(other.#words.subarray(map, map + mapWords * 2), place);
      }
    }
  }

  /** The row of a cell, every window of it brought up to the clock. */
  #turned(cell: number): number {
    const row = cell * this.#width;
    const { numbers } = this.#clock;
    for (let window = 0; window < numbers.length; window++) {
      const behind = ((numbers[window] as number) - (this.#words[row + 1 + window] as number)) | 0;
      if (behind > 0) this.#turn(row, window, behind);
    }
    return row;
  }

  #turn(row: number, window: number, behind: number): void {
    const words = this.#words;
    words[row + 1 + window] = this.#clock.numbers[window] as number;
    if (window === this.#longest) words[row] = (words[row] as number) >>> Math.min(31, behind);
    for (const place of this.#countersOf[window] as Uint16Array)
      words[row + place] = behind === 1 ? ((words[row + place] as number) << 16) >>> 0 : 0;
    for (const place of this.#setsOf[window] as Uint16Array) {
      const map = row + place;
      if (behind === 1) words.copyWithin(map + mapWords, map, map + mapWords);
      else words.fill(0, map + mapWords, map + mapWords * 2);
      words.fill(0, map, map + mapWords);
    }
  }

  /** A row for a new key: a free one, or that of the key that did least. */
  #give(key: number): number {
    const from = key & this.#mask & ~(ways - 1);
    const now = this.#clock.numbers[this.#longest] as number;
    let cell = from;
    let least = Number.POSITIVE_INFINITY;
    for (let other = from; other < from + ways && least >= 0; other++) {
      const row = other * this.#width;
      const behind = (now - (this.#words[row + 1 + this.#longest] as number)) | 0;
      const did = this.#keys[other] === 0 ? -1 : (this.#words[row] as number) >>> Math.max(0, Math.min(31, behind));
      if (did < least) [cell, least] = [other, did];
    }
    const row = cell * this.#width;
    this.#keys[cell] = key;
    this.#hushAll(row);
    this.#words.fill(0, row, row + this.#width);
    this.#words.set(this.#clock.numbers, row + 1);
    return row;
  }
}
