import { QuantileSketch } from "#core";

/** Upper step counts of the length classes; longer walks share the last. */
const lengths: readonly number[] = [2, 4, 8, 16, 32];
const least = 100;

/** How a walk's mean surprisal compares with people's walks of its length. */
export type Typicality = "too predictable" | "as people go" | "as nobody goes";

export const typicalityBins: readonly Typicality[] = ["too predictable", "as people go", "as nobody goes"];

/**
 * Two-sided typicality: a walk no person would take is odd, and so is one that is more predictable than any
 * person's (a loop). Compared with the 2 % and 97 % quantiles of people's mean surprisal at that length; unknown
 * (-1) for walks of one step and until 100 walks of the length were learned.
 */
export class TypicalityTable {
  readonly #sketches: readonly QuantileSketch[] = Array.from(
    { length: lengths.length + 1 },
    () => new QuantileSketch(0.02, 1e-3, 512),
  );

  /** Bin of `typicalityBins`, or -1. */
  binOf(meanSurprisal: number, steps: number): number {
    const sketch = this.#sketch(steps);
    if (steps < 2 || sketch === undefined || sketch.total < least) return -1;
    if (meanSurprisal > 1.05 * sketch.quantile(0.97)) return 2;
    return meanSurprisal < 0.95 * sketch.quantile(0.02) ? 0 : 1;
  }

  /** Share of people's walks of this length with a lower mean surprisal; NaN while unknown. */
  rank(meanSurprisal: number, steps: number): number {
    const sketch = this.#sketch(steps);
    return sketch === undefined || sketch.total < least ? Number.NaN : sketch.rank(meanSurprisal);
  }

  /** Learns one finished walk of an unconvicted session. */
  learn(meanSurprisal: number, steps: number): void {
    if (steps >= 2) this.#sketch(steps)?.add(meanSurprisal);
  }

  /** Forgets by `factor`, daily. */
  fade(factor: number): void {
    for (const sketch of this.#sketches) sketch.decay(factor);
  }

  #sketch(steps: number): QuantileSketch | undefined {
    let bucket = 0;
    while (bucket < lengths.length && steps > (lengths[bucket] as number)) bucket++;
    return this.#sketches[bucket];
  }
}
