import type { Millis } from "#core";

/** Sessions that ended, as rows for training: flat, so that they cross to another thread whole. */
export interface SessionSamples {
  readonly behaviour: Float64Array;
  readonly presentation: Float64Array;
  readonly votes: Int8Array;
  readonly at: Float64Array;
  /** Key of the look and step that a session stood in: a campaign keeps it for a while. */
  readonly campaign: Uint32Array;
}

/** Widths of one row. */
export interface SampleWidths {
  readonly behaviour: number;
  readonly presentation: number;
  readonly labellers: number;
}

class Shelf {
  readonly behaviour: Float64Array;
  readonly presentation: Float64Array;
  readonly votes: Int8Array;
  readonly at: Float64Array;
  readonly campaign: Uint32Array;
  size = 0;
  next = 0;

  constructor(rows: number, widths: SampleWidths) {
    this.behaviour = new Float64Array(rows * widths.behaviour);
    this.presentation = new Float64Array(rows * widths.presentation);
    this.votes = new Int8Array(rows * widths.labellers);
    this.at = new Float64Array(rows);
    this.campaign = new Uint32Array(rows);
  }
}

/**
 * The latest sessions that ended, on two shelves of equal size: those that some rule of thumb calls automated, and all
 * others. So an attack of a million sessions replaces attacks, and never the people it is compared with.
 */
export class SampleBook {
  readonly #rows: number;
  readonly #widths: SampleWidths;
  readonly #shelves: readonly [Shelf, Shelf];
  #added = 0;

  constructor(rowsMax: number, widths: SampleWidths) {
    this.#rows = Math.max(1, rowsMax >> 1);
    this.#widths = widths;
    this.#shelves = [new Shelf(this.#rows, widths), new Shelf(this.#rows, widths)];
  }

  /** Sessions ever added. */
  get added(): number {
    return this.#added;
  }

  add(row: {
    readonly behaviour: Float64Array;
    readonly presentation: Float64Array;
    readonly votes: Int8Array;
    readonly at: Millis;
    readonly campaign: number;
  }): void {
    const shelf = this.#shelves[row.votes.includes(1) ? 1 : 0];
    const at = shelf.next;
    shelf.behaviour.set(row.behaviour, at * this.#widths.behaviour);
    shelf.presentation.set(row.presentation, at * this.#widths.presentation);
    shelf.votes.set(row.votes, at * this.#widths.labellers);
    shelf.at[at] = row.at;
    shelf.campaign[at] = row.campaign;
    shelf.next = (at + 1) % this.#rows;
    shelf.size = Math.min(this.#rows, shelf.size + 1);
    this.#added++;
  }

  /** A copy of everything held, oldest shelf first; order by `at` yourself. */
  samples(): SessionSamples {
    const { behaviour, presentation, labellers } = this.#widths;
    const [people, automated] = this.#shelves;
    const joined = <Numbers extends Float64Array | Int8Array | Uint32Array>(
      pick: (shelf: Shelf) => Numbers,
      width: number,
      into: Numbers,
    ): Numbers => {
      into.set(pick(people).subarray(0, people.size * width));
      into.set(pick(automated).subarray(0, automated.size * width), people.size * width);
      return into;
    };
    const rows = people.size + automated.size;
    return {
      behaviour: joined((shelf) => shelf.behaviour, behaviour, new Float64Array(rows * behaviour)),
      presentation: joined((shelf) => shelf.presentation, presentation, new Float64Array(rows * presentation)),
      votes: joined((shelf) => shelf.votes, labellers, new Int8Array(rows * labellers)),
      at: joined((shelf) => shelf.at, 1, new Float64Array(rows)),
      campaign: joined((shelf) => shelf.campaign, 1, new Uint32Array(rows)),
    };
  }
}
