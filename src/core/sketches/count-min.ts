import { assert } from "../assert.ts";
import { mix32 } from "./mix.ts";

/**
 * How often each value was added (Cormode and Muthukrishnan 2005) with conservative update (Estan and Varghese
 * 2002). Never too low; too high by more than `e / width * total` with probability at most `exp(-depth)`.
 * Memory: 4 * width * depth bytes. Halving everything is the decay.
 */
export class CountMin {
  readonly width: number;
  readonly depth: number;
  readonly cells: Uint32Array;
  #total = 0;

  /** @param width cells per row, a power of two. @param depth rows, 1-8. */
  constructor(width: number, depth: number) {
    assert(width >= 2 && (width & (width - 1)) === 0, `count-min width must be a power of two, found ${width}`);
    assert(depth >= 1 && depth <= 8, `count-min depth must be 1-8, found ${depth}`);
    this.width = width;
    this.depth = depth;
    this.cells = new Uint32Array(width * depth);
  }

  /** A sketch that goes on where another one of this shape stood. */
  static from(width: number, depth: number, saved: { readonly cells: Uint32Array; readonly total: number }): CountMin {
    const sketch = new CountMin(width, depth);
    sketch.cells.set(saved.cells.subarray(0, sketch.cells.length));
    sketch.#total = saved.total;
    return sketch;
  }

  /** Everything added, less what decay took. */
  get total(): number {
    return this.#total;
  }

  /** Adds `count` (default 1) and returns the new estimate. */
  add(value: number, count = 1): number {
    const a = mix32(value, 0xc1);
    const b = mix32(value, 0xc2) | 1;
    const mask = this.width - 1;
    const next = this.#least(a, b) + count;
    for (let row = 0; row < this.depth; row++) {
      const cell = row * this.width + ((a + Math.imul(row, b)) & mask);
      if ((this.cells[cell] as number) < next) this.cells[cell] = next;
    }
    this.#total += count;
    return next;
  }

  estimate(value: number): number {
    return this.#least(mix32(value, 0xc1), mix32(value, 0xc2) | 1);
  }

  /** Halves every count: one half-life passed. O(width * depth). */
  halve(): void {
    const cells = this.cells;
    for (let i = 0; i < cells.length; i++) cells[i] = (cells[i] as number) >>> 1;
    this.#total = Math.floor(this.#total / 2);
  }

  /** Adds another sketch of the same shape; estimates stay upper bounds. */
  merge(other: CountMin): void {
    assert(other.width === this.width && other.depth === this.depth, "count-min: only sketches of one shape merge");
    for (let i = 0; i < this.cells.length; i++) {
      this.cells[i] = (this.cells[i] as number) + (other.cells[i] as number);
    }
    this.#total += other.#total;
  }

  #least(a: number, b: number): number {
    const mask = this.width - 1;
    let least = 0xffffffff;
    for (let row = 0; row < this.depth; row++) {
      const count = this.cells[row * this.width + ((a + Math.imul(row, b)) & mask)] as number;
      if (count < least) least = count;
    }
    return least;
  }
}
