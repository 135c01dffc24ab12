/** How an index sees the table it indexes. */
export interface IndexedTable {
  /** The 32-bit hash under which `reference` was entered. */
  hashOf(reference: number): number;
}

const emptyCell = -1;

/**
 * Open addressing with linear probing (Knuth, TAOCP 6.4, algorithms L and R): four bytes per cell, no tombstones.
 * Holds references (row or slot numbers) of a table that knows its own keys; equality is the caller's loop:
 *
 *     for (let cell = index.start(hash); ; cell = index.next(cell)) {
 *       const reference = index.at(cell);
 *       if (reference < 0) return -1;
 *       if (sameKey(reference)) return reference;
 *     }
 *
 * Doubles up to what `capacityMax` references need at a load of 3/4.
 */
export class OpenIndex {
  readonly #table: IndexedTable;
  #cells: Int32Array;
  #mask: number;
  #size = 0;

  constructor(table: IndexedTable, capacity = 1024) {
    this.#table = table;
    let cells = 16;
    while (cells * 0.75 < capacity) cells *= 2;
    this.#cells = new Int32Array(cells).fill(emptyCell);
    this.#mask = cells - 1;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#cells.byteLength;
  }

  start(hash: number): number {
    return hash & this.#mask;
  }

  next(cell: number): number {
    return (cell + 1) & this.#mask;
  }

  /** The reference in a cell, negative when the probe has ended. */
  at(cell: number): number {
    return this.#cells[cell] as number;
  }

  /** Enters a reference whose key is known to be absent. */
  add(reference: number): void {
    if (this.#size + 1 > this.#cells.length * 0.8) this.#grow();
    this.#place(reference);
    this.#size++;
  }

  /** Takes a reference out, moving later ones back (algorithm R). False when it was not there. */
  remove(reference: number): boolean {
    const cells = this.#cells;
    let hole = this.start(this.#table.hashOf(reference));
    while (cells[hole] !== reference) {
      if (cells[hole] === emptyCell) return false;
      hole = this.next(hole);
    }
    for (let cell = this.next(hole); cells[cell] !== emptyCell; cell = this.next(cell)) {
      const home = this.start(this.#table.hashOf(cells[cell] as number));
      const stays = hole <= cell ? hole < home && home <= cell : hole < home || home <= cell;
      if (stays) continue;
      cells[hole] = cells[cell] as number;
      hole = cell;
    }
    cells[hole] = emptyCell;
    this.#size--;
    return true;
  }

  #place(reference: number): void {
    let cell = this.start(this.#table.hashOf(reference));
    while (this.#cells[cell] !== emptyCell) cell = this.next(cell);
    this.#cells[cell] = reference;
  }

  #grow(): void {
    const old = this.#cells;
    this.#cells = new Int32Array(old.length * 2).fill(emptyCell);
    this.#mask = this.#cells.length - 1;
    for (const reference of old) if (reference !== emptyCell) this.#place(reference);
  }
}
