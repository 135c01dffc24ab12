/** Settings of a change detector; values are in the units of the observed quantity. */
export interface PageHinkleyOptions {
  /** Drift that is tolerated per observation. */
  readonly tolerance: number;
  /** Accumulated drift that is called a change. Larger: fewer false alarms, later ones. */
  readonly threshold: number;
  /** Observations before anything is called. Default 30. */
  readonly least?: number;
}

/**
 * Page-Hinkley test (Page 1954) for a drop or a rise of a mean, O(1) and 5 numbers of state. It recognises a
 * deploy: carry rates that fall in *all* cohorts at once. After a call it starts over.
 */
export class PageHinkley {
  readonly #options: PageHinkleyOptions;
  #count = 0;
  #mean = 0;
  #rise = 0;
  #fall = 0;

  constructor(options: PageHinkleyOptions) {
    this.#options = options;
  }

  /** Takes one observation; says whether the mean has changed and which way. */
  observe(value: number): "rise" | "fall" | undefined {
    this.#count++;
    this.#mean += (value - this.#mean) / this.#count;
    const { tolerance, threshold, least = 30 } = this.#options;
    this.#rise = Math.max(0, this.#rise + value - this.#mean - tolerance);
    this.#fall = Math.max(0, this.#fall + this.#mean - value - tolerance);
    if (this.#count < least) return undefined;
    const change = this.#rise > threshold ? "rise" : this.#fall > threshold ? "fall" : undefined;
    if (change !== undefined) this.reset();
    return change;
  }

  reset(): void {
    this.#count = 0;
    this.#mean = 0;
    this.#rise = 0;
    this.#fall = 0;
  }
}
