const cells = 16_384;
const wide = 2;
const words = 4;

/**
 * What was worked out about texts, by the marks that a connector gives them: two numbers of 32 bits each. Direct-mapped,
 * sixteen bytes a cell; a newer mark takes an older one's place, which costs working it out again.
 */
export class MarkTable {
  readonly #marks: Float64Array;
  readonly #values: Uint32Array;

  constructor() {
    const buffer = new ArrayBuffer(cells * 16);
    this.#marks = new Float64Array(buffer);
    this.#values = new Uint32Array(buffer);
  }

  /** Place of a mark's values, or -1. */
  find(mark: number): number {
    const cell = mark & (cells - 1);
    return this.#marks[cell * wide] === mark ? cell : -1;
  }

  first(place: number): number {
    return this.#values[place * words + 2] as number;
  }

  second(place: number): number {
    return this.#values[place * words + 3] as number;
  }

  set(mark: number, first: number, second: number): void {
    const cell = mark & (cells - 1);
    this.#marks[cell * wide] = mark;
    this.#values[cell * words + 2] = first;
    this.#values[cell * words + 3] = second;
  }
}
