import type { Millis } from "#core";
import { chiSquareTail } from "../statistics/index.ts";

const weekMs: Millis = 604_800_000;
const hourMs: Millis = 3_600_000;
const cellsMax = 512;
const hoursInWeek = 168;

/** One cell of the context histogram that grew. */
export interface ShiftedCell {
  /** Facets in words: "/login/mobile · fresh jar · gap 10-20 s". */
  readonly cell: string;
  readonly now: number;
  readonly expected: number;
  /** Share of all excess that this cell carries. */
  readonly share: number;
}

/** How the mix of login contexts differs from the same hour of earlier weeks. */
export interface ContextShift {
  readonly statistic: number;
  readonly p: number;
  readonly attempts: number;
  readonly cells: readonly ShiftedCell[];
}

type Sparse = readonly (readonly [cell: number, attempts: number])[];

/** What is kept of the contexts of earlier weeks: names of kinds of log-in and counts. */
export interface SavedShifts {
  readonly names: readonly string[];
  /** By hour of the week. */
  readonly reference: readonly (Sparse | null)[];
  readonly weeks: readonly number[];
  readonly current: Sparse;
  readonly hour: number;
}

/**
 * Compares the contexts of this hour's logins with those of the same hour of the week before, decayed by half per
 * week, and names the cells that carry the excess: "78 % of the excess is the mobile endpoint with a fresh jar and
 * a gap of ten to twenty seconds". Mornings differ from nights by themselves; the same hour last week does not.
 *
 * The statistic is a G-test with the reference's sampling error (Dirichlet smoothing of half an attempt per cell);
 * over-dispersion of real traffic inflates it, so `p` is divided over hours by Benjamini-Hochberg by the caller and
 * serves to point, not to convict. Bounded to 512 cells; rarer contexts share one.
 */
export class ContextShifts {
  readonly #cells = new Map<string, number>();
  readonly #names: string[] = ["(rare contexts)"];
  readonly #reference: (Float32Array | undefined)[] = [];
  readonly #weeks = new Float64Array(hoursInWeek);
  #current = new Float32Array(cellsMax);
  #hour = -1;

  /** Counts one attempt in its context; a new hour closes the last one into its reference. */
  observe(facets: readonly string[], at: Millis): void {
    this.#turn(at);
    const cell = this.#cell(facets.join(" · "));
    this.#current[cell] = (this.#current[cell] as number) + 1;
  }

  /** The current hour against its reference; undefined while the same hour was never seen before. */
  shift(): ContextShift | undefined {
    const reference = this.#reference[this.#hour % hoursInWeek];
    const attempts = sum(this.#current);
    const before = reference === undefined ? 0 : sum(reference);
    if (reference === undefined || before < 50 || attempts < 20) return undefined;
    let statistic = 0;
    let degrees = -1;
    const cells: ShiftedCell[] = [];
    let excess = 0;
    const kinds = this.#names.length;
    for (let cell = 0; cell < kinds; cell++) {
      const now = this.#current[cell] as number;
      const then = reference[cell] as number;
      if (now + then < 3) continue;
      degrees++;
      const share = (now + then) / (attempts + before);
      statistic += 2 * (term(now, attempts * share) + term(then, before * share));
      const expected = (attempts * (then + 0.5)) / (before + 0.5 * kinds);
      if (now <= expected) continue;
      excess += now - expected;
      cells.push({ cell: this.#names[cell] as string, now, expected, share: now - expected });
    }
    const named = cells
      .map((shifted) => ({ ...shifted, share: shifted.share / excess }))
      .sort((a, b) => b.share - a.share)
      .slice(0, 5);
    return { statistic, p: chiSquareTail(statistic, Math.max(1, degrees)), attempts, cells: named };
  }

  save(): SavedShifts {
    const reference = Array.from(this.#reference, (counts) => (counts === undefined ? null : sparse(counts)));
    return { names: this.#names, reference, weeks: [...this.#weeks], current: sparse(this.#current), hour: this.#hour };
  }

  /** Puts back what `save` gave, into one that has observed nothing: last week's hours outlive a restart. */
  restore({ names, reference, weeks, current, hour }: SavedShifts): void {
    for (const name of names.slice(1, cellsMax)) this.#cell(name);
    for (const [slot, counts] of reference.slice(0, hoursInWeek).entries())
      if (counts !== null && counts.length > 0) this.#reference[slot] = dense(counts);
    this.#weeks.set(weeks.slice(0, hoursInWeek));
    this.#current = dense(current);
    this.#hour = hour;
  }

  #turn(at: Millis): void {
    const hour = Math.floor(at / hourMs);
    if (hour <= this.#hour) return;
    if (this.#hour >= 0) this.#close();
    this.#hour = hour;
  }

  #close(): void {
    const slot = this.#hour % hoursInWeek;
    const week = Math.floor((this.#hour * hourMs) / weekMs);
    const before = this.#reference[slot] ?? new Float32Array(cellsMax);
    const weeks = Math.max(1, week - (this.#weeks[slot] as number));
    const factor = 0.5 ** Math.min(20, weeks);
    for (let cell = 0; cell < cellsMax; cell++) {
      before[cell] = (before[cell] as number) * factor + (this.#current[cell] as number);
    }
    this.#reference[slot] = before;
    this.#weeks[slot] = week;
    this.#current = new Float32Array(cellsMax);
  }

  #cell(name: string): number {
    const known = this.#cells.get(name);
    if (known !== undefined) return known;
    if (this.#names.length >= cellsMax) return 0;
    const cell = this.#names.length;
    this.#names.push(name);
    this.#cells.set(name, cell);
    return cell;
  }
}

/** Cells that hold a hundredth of an attempt or more. */
function sparse(counts: Float32Array): Sparse {
  return [...counts.entries()].filter(([, attempts]) => attempts >= 0.01);
}

function dense(counts: Sparse): Float32Array<ArrayBuffer> {
  const all = new Float32Array(cellsMax);
  for (const [cell, attempts] of counts) if (cell < cellsMax) all[cell] = attempts;
  return all;
}

function term(observed: number, expected: number): number {
  return observed === 0 ? 0 : observed * Math.log(observed / expected);
}

function sum(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
