/** Upper bounds in microseconds; the last bucket has none. Doubling steps keep the error of a quantile below 2 ×. */
export const decisionBoundsUs: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/** How long decisions take, as a histogram. */
export class DecisionTime {
  readonly #counts = new Float64Array(decisionBoundsUs.length + 1);
  #sumUs = 0;
  #count = 0;

  add(us: number): void {
    let i = 0;
    while (i < decisionBoundsUs.length && us > (decisionBoundsUs[i] as number)) i++;
    this.#counts[i] = (this.#counts[i] as number) + 1;
    this.#sumUs += us;
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  get sumUs(): number {
    return this.#sumUs;
  }

  get counts(): readonly number[] {
    return [...this.#counts];
  }

  /** The upper bound of the step that holds a quantile, in microseconds; 0 before the first decision. */
  quantileUs(quantile: number): number {
    if (this.#count === 0) return 0;
    let left = quantile * this.#count;
    for (let i = 0; i < decisionBoundsUs.length; i++) {
      left -= this.#counts[i] as number;
      if (left <= 0) return decisionBoundsUs[i] as number;
    }
    return Number.POSITIVE_INFINITY;
  }
}
