import { fnv1a, type Hashed, type Millis } from "#core";
import { cohortAxes, cohortAxisCount } from "./axes.ts";
import { type Conviction, hits } from "./conviction.ts";
import type { AxisLaws } from "./e-process.ts";
import { groupings } from "./groupings.ts";

/** One visit as it stood when it was reported, when its first page had loaded, or when it went on from where it entered to a sensitive step. */
export interface EarlierVisit {
  readonly application: Hashed;
  /** Keys of its cohorts, one a grouping, as `writeCohortKeys` gives them. */
  readonly keys: Float64Array;
  readonly bins: Int8Array;
  readonly at: Millis;
  /** Names the visit: it counts once, however often it was noted. */
  readonly visit: Hashed;
  readonly address: Hashed;
  /** It loaded what pages cause or was let in: only such clients are counted as having been spared. */
  readonly whole: boolean;
}

/** How many visits were made before a case began, and how many of them its conviction would have hit. */
export interface EarlierWord {
  readonly visits: number;
  readonly alike: number;
}

/** Visits from one address that count: some of an office's, not a thousand jars of one machine's. */
const addressMost = 16;
const addressCells = 1 << 17;
/** Says which axes and groupings the bins and keys belong to: a state written with others is not read. */
const shape = fnv1a([...cohortAxes, ...groupings].map(({ name }) => name).join());

const headBytes = 8;
/** Time, keys, visit, application, address, whether it counts, bins. */
const visitBytes = 8 + 8 * groupings.length + 4 + 4 + 4 + 1 + cohortAxisCount;

/**
 * What clients showed before an attack began, so that a conviction can be put to the question "whom would this have hit?" on
 * the day it is made. Anchored people take days to gather; this takes as long as 3,000 visits.
 *
 * The test is exact under what it says: visits before the case's first session are drawn from the traffic that the conviction will meet, less the
 * attack (Clopper and Pearson 1934). A look that a share p of visits wears stays unseen over n of them with probability (1 - p)^n,
 * so that a case may begin with the look's first appearance. Both sides err to the safe side: whoever came is held against a
 * conviction, also who came bare and whose first request alone would have been hit; only visits that loaded what pages
 * cause, or were let in, count as spared, once a visit and sixteen an address at most.
 *
 * Evasion: whoever fills the hours before his attack with thousands of visits that load pages, from as many addresses, dilutes the count: where a
 * share s of the counted were his, the bound for people is 1 / (1 - s) times the one claimed. What people begin to do only
 * after the case began (a new version of an application) is not in it either; anchored people who are hit withdraw it.
 */
export class EarlierVisits {
  readonly #max: number;
  readonly #keys: Float64Array;
  readonly #bins: Int8Array;
  readonly #at: Float64Array;
  readonly #visits: Uint32Array;
  readonly #applications: Uint32Array;
  readonly #addresses: Uint32Array;
  readonly #counted: Uint8Array;
  /** Visits that count, and how many of an address do; two that share a cell count fewer. */
  readonly #spared = new Set<number>();
  readonly #byAddress: Uint8Array = new Uint8Array(addressCells);
  #next = 0;
  #held = 0;

  /** @param visitsMax visits kept; the oldest leaves. */
  constructor(visitsMax: number) {
    this.#max = visitsMax;
    this.#keys = new Float64Array(visitsMax * groupings.length);
    this.#bins = new Int8Array(visitsMax * cohortAxisCount);
    this.#at = new Float64Array(visitsMax);
    this.#visits = new Uint32Array(visitsMax);
    this.#applications = new Uint32Array(visitsMax);
    this.#addresses = new Uint32Array(visitsMax);
    this.#counted = new Uint8Array(visitsMax);
  }

  /** Visits that count as spared where nothing hits them. */
  get visits(): number {
    return this.#spared.size;
  }

  note(visit: EarlierVisit): void {
    const row = this.#next;
    this.#next = (row + 1) % this.#max;
    if (this.#held === this.#max) this.#drop(row);
    else this.#held++;
    this.#keys.set(visit.keys, row * groupings.length);
    this.#bins.set(visit.bins, row * cohortAxisCount);
    this.#at[row] = visit.at;
    // 31 bits, which a set holds without an object.
    const name = visit.visit & 0x7fff_ffff;
    this.#visits[row] = name;
    this.#applications[row] = visit.application;
    this.#addresses[row] = visit.address;
    this.#counted[row] = 0;
    if (!visit.whole || this.#spared.has(name)) return;
    const cell = visit.address & (addressCells - 1);
    if ((this.#byAddress[cell] as number) >= addressMost) return;
    this.#byAddress[cell] = (this.#byAddress[cell] as number) + 1;
    this.#spared.add(name);
    this.#counted[row] = 1;
  }

  /** What visits before a conviction's case began say of it: O(visits kept), once a conviction. */
  word(conviction: Conviction, laws: readonly AxisLaws[]): EarlierWord {
    const application = fnv1a(conviction.application);
    const before = conviction.began ?? conviction.since;
    const grouping = groupings.findIndex(({ name }) => name === conviction.grouping);
    // At its first request a member has shown nothing yet: where that is enough to be hit, looking alike is.
    const atOnce = hits(conviction, unknownBins, laws);
    const alike = new Set<number>();
    let visits = 0;
    for (let row = 0; row < this.#held; row++) {
      if (this.#applications[row] !== application || (this.#at[row] as number) >= before) continue;
      visits += this.#counted[row] as number;
      if (this.#keys[row * groupings.length + grouping] !== conviction.key) continue;
      if (atOnce || hits(conviction, this.#binsOf(row), laws)) alike.add(this.#visits[row] as number);
    }
    return { visits, alike: alike.size };
  }

  /** What outlives a restart: keyed hashes, bins and times, the oldest visit first. Column by column, because it is made between requests. */
  save(): Uint8Array {
    const oldest = this.#held === this.#max ? this.#next : 0;
    const saved = new Uint8Array(headBytes + this.#held * visitBytes);
    new DataView(saved.buffer).setUint32(0, shape, true);
    let at = headBytes;
    for (const { column, bytes } of this.#columns()) {
      const tail = column.subarray(oldest * bytes, this.#held * bytes);
      saved.set(tail, at);
      saved.set(column.subarray(0, oldest * bytes), at + tail.length);
      at += this.#held * bytes;
    }
    return saved;
  }

  /** Puts back what `save` gave into an empty record, the newest that fit; a state of other axes or groupings is left out. */
  restore(saved: Uint8Array): void {
    const held = (saved.length - headBytes) / visitBytes;
    if (!Number.isInteger(held) || held < 0) return;
    if (new DataView(saved.buffer, saved.byteOffset).getUint32(0, true) !== shape) return;
    const kept = new EarlierVisits(Math.max(1, held));
    let at = headBytes;
    for (const { column, bytes } of kept.#columns()) {
      column.set(saved.subarray(at, at + held * bytes));
      at += held * bytes;
    }
    for (let row = Math.max(0, held - this.#max); row < held; row++) {
      this.note({
        application: kept.#applications[row] as number,
        keys: kept.#keys.subarray(row * groupings.length, (row + 1) * groupings.length),
        bins: kept.#binsOf(row),
        at: kept.#at[row] as number,
        address: kept.#addresses[row] as number,
        visit: kept.#visits[row] as number,
        whole: kept.#counted[row] === 1,
      });
    }
  }

  /** Every column as bytes, and how many of them are one visit's. */
  #columns(): readonly { readonly column: Uint8Array; readonly bytes: number }[] {
    const columns = [
      this.#at,
      this.#keys,
      this.#visits,
      this.#applications,
      this.#addresses,
      this.#counted,
      this.#bins,
    ];
    return columns.map(({ buffer, byteLength }) => ({
      column: new Uint8Array(buffer, 0, byteLength),
      bytes: byteLength / this.#max,
    }));
  }

  #binsOf(row: number): Int8Array {
    return this.#bins.subarray(row * cohortAxisCount, (row + 1) * cohortAxisCount);
  }

  #drop(row: number): void {
    if (this.#counted[row] === 0) return;
    const cell = (this.#addresses[row] as number) & (addressCells - 1);
    this.#byAddress[cell] = (this.#byAddress[cell] as number) - 1;
    this.#spared.delete(this.#visits[row] as number);
  }
}

/** Bins of who has shown nothing yet. */
const unknownBins: Int8Array = new Int8Array(cohortAxisCount).fill(-1);
