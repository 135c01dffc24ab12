import { type Millis, QuantileSketch } from "#core";

const bins = 8;
const least = 200;
const refreshEvery = 100;

/**
 * The application's own law of how long people look at a page before they submit it, as eighths: under it each bin
 * has probability 1/8, whatever its shape. A tool that waits "two to five seconds, to look human" fills one or two
 * bins; that convicts its cohort in some twenty logins. Replayed human gaps do not differ and are not found here.
 *
 * Learned from unconvicted sessions, one gap each.
 */
export class GapLaw {
  readonly #sketch = new QuantileSketch(0.02, 1, 1024);
  readonly #edges = new Float64Array(bins - 1);
  #ready = false;
  #since = 0;

  /** Eighth of the gap, 0-7; -1 before 200 gaps were learned or for a gap not observed (negative or NaN). */
  binOf(gapMs: Millis): number {
    if (!this.#ready || !(gapMs >= 0)) return -1;
    let bin = 0;
    while (bin < bins - 1 && gapMs > (this.#edges[bin] as number)) bin++;
    return bin;
  }

  learn(gapMs: Millis): void {
    if (!(gapMs >= 0)) return;
    this.#sketch.add(gapMs);
    if (++this.#since < refreshEvery && this.#ready) return;
    if (this.#sketch.total >= least) this.refresh();
  }

  /** Recomputes the eighths. */
  refresh(): void {
    this.#since = 0;
    for (let bin = 1; bin < bins; bin++) this.#edges[bin - 1] = this.#sketch.quantile(bin / bins);
    this.#ready = this.#sketch.total >= least;
  }

  /** The eighths' upper edges in milliseconds, for people. */
  edges(): readonly Millis[] {
    return this.#ready ? [...this.#edges] : [];
  }
}

/** The laws of all applications, each learned apart. */
export class GapLaws {
  readonly #laws = new Map<number, GapLaw>();

  of(application: number): GapLaw {
    let law = this.#laws.get(application);
    if (law === undefined) {
      law = new GapLaw();
      this.#laws.set(application, law);
    }
    return law;
  }
}
