import { assert, createRandom } from "#core";

export interface HalfSpaceOptions {
  readonly seed: number;
  readonly features: number;
  /** Ranges of each feature: lowest and highest value expected, stretched by the caller. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly trees?: number;
  readonly depth?: number;
  /** Rows per window; the reference is swapped at its end. */
  readonly window?: number;
}

/**
 * Streaming half-space trees (Tan, Ting, Liu, IJCAI 2011): random cuts fixed in advance, mass counted in two
 * windows, the last full one being the reference. Score = mass * 2^level at the first node that is sparse; low is
 * unusual. O(trees * depth) per row, about 200 kB by default. For discovery only: it says unusual, not automated.
 */
export class HalfSpaceTrees {
  readonly #depth: number;
  readonly #trees: number;
  readonly #window: number;
  readonly #feature: Uint8Array;
  readonly #threshold: Float64Array;
  #reference: Uint16Array;
  #latest: Uint16Array;
  #seen = 0;
  #ready = false;

  constructor(options: HalfSpaceOptions) {
    const { trees = 25, depth = 10, window = 10_000, features, low, high } = options;
    assert(depth >= 2 && depth <= 14, `half-space depth must be 2-14, found ${depth}`);
    assert(window >= 50 && window <= 60_000, `half-space window must be 50-60000, found ${window}`);
    this.#depth = depth;
    this.#trees = trees;
    this.#window = window;
    const inner = (1 << depth) - 1;
    this.#feature = new Uint8Array(trees * inner);
    this.#threshold = new Float64Array(trees * inner);
    const random = createRandom(options.seed);
    for (let tree = 0; tree < trees; tree++) {
      const place = (node: number, ranges: readonly (readonly [number, number])[]): void => {
        if (node >= inner) return;
        const feature = Math.floor(random() * features);
        const [from, to] = ranges[feature] as readonly [number, number];
        const middle = (from + to) / 2;
        this.#feature[tree * inner + node] = feature;
        this.#threshold[tree * inner + node] = middle;
        place(2 * node + 1, ranges.with(feature, [from, middle]));
        place(2 * node + 2, ranges.with(feature, [middle, to]));
      };
      // The work range is drawn around a random point, so that cuts differ between trees (section 3.1 of the paper).
      const ranges = Array.from({ length: features }, (_, f): readonly [number, number] => {
        const [from, to] = [low[f] as number, high[f] as number];
        const centre = from + random() * (to - from);
        const reach = 2 * Math.max(centre - from, to - centre);
        return [centre - reach, centre + reach];
      });
      place(0, ranges);
    }
    const nodes = trees * ((1 << (depth + 1)) - 1);
    this.#reference = new Uint16Array(nodes);
    this.#latest = new Uint16Array(nodes);
  }

  /** True once a first window is full; before that every score is NaN. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Unusualness in [0, 1], and counts the row into the latest window. NaN values go to the lower half. */
  observe(row: Float64Array): number {
    const inner = (1 << this.#depth) - 1;
    const nodes = (1 << (this.#depth + 1)) - 1;
    const sparse = Math.max(10, this.#window / 400);
    let score = 0;
    for (let tree = 0; tree < this.#trees; tree++) {
      let node = 0;
      let scored = false;
      for (let level = 0; level <= this.#depth; level++) {
        const at = tree * nodes + node;
        const mass = this.#reference[at] as number;
        if (!scored && (mass < sparse || level === this.#depth)) {
          score += Math.min(1, (mass * 2 ** level) / this.#window);
          scored = true;
        }
        this.#latest[at] = Math.min(65_535, (this.#latest[at] as number) + 1);
        if (level === this.#depth) break;
        const split = tree * inner + node;
        const above = (row[this.#feature[split] as number] as number) > (this.#threshold[split] as number);
        node = 2 * node + 1 + (above ? 1 : 0);
      }
    }
    const known = this.#ready;
    if (++this.#seen >= this.#window) this.#turn();
    return known ? 1 - score / this.#trees : Number.NaN;
  }

  #turn(): void {
    const old = this.#reference;
    this.#reference = this.#latest;
    this.#latest = old.fill(0);
    this.#seen = 0;
    this.#ready = true;
  }
}
