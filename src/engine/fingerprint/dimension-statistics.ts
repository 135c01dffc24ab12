import { clopperPearsonUpper } from "../statistics/index.ts";
import { alphabetOf, dimensions } from "./dimensions.ts";

const tokensMax = 13;
const priorPairs = 20;

/**
 * What each dimension is worth: how common its tokens are among anchored people, and how stable it is between two
 * sessions of one account. A dimension that changes from visit to visit identifies nobody however rare its tokens.
 */
export class DimensionStatistics {
  readonly #people = new Float64Array(dimensions.length * tokensMax);
  readonly #same = new Float64Array(dimensions.length);
  readonly #pairs = new Float64Array(dimensions.length);

  /** One anchored person's session. */
  learnPerson(tokens: Uint8Array): void {
    for (let d = 0; d < dimensions.length; d++) {
      const at = d * tokensMax + (tokens[d] as number);
      this.#people[at] = (this.#people[at] as number) + 1;
    }
  }

  /** Two sessions of one account (or two halves of one session). */
  learnPair(a: Uint8Array, b: Uint8Array): void {
    for (let d = 0; d < dimensions.length; d++) {
      if (a[d] === 0 || b[d] === 0) continue;
      this.#pairs[d] = (this.#pairs[d] as number) + 1;
      if (a[d] === b[d]) this.#same[d] = (this.#same[d] as number) + 1;
    }
  }

  save(): SavedStatistics {
    return { people: [...this.#people], same: [...this.#same], pairs: [...this.#pairs] };
  }

  /** Puts back what `save` gave; counts of another length are left out. */
  restore({ people, same, pairs }: SavedStatistics): void {
    if (people.length === this.#people.length) this.#people.set(people);
    if (same.length === this.#same.length) this.#same.set(same);
    if (pairs.length === this.#pairs.length) this.#pairs.set(pairs);
  }

  /** Share of people with this token among those whose token is known, smoothed by one person per token. */
  share(d: number, token: number): number {
    const alphabet = alphabetOf(dimensions[d] as (typeof dimensions)[number]);
    return ((this.#people[d * tokensMax + token] as number) + 1) / (this.known(d) + alphabet);
  }

  /** Anchored people whose token is known: what `share` rests on. */
  known(d: number): number {
    let known = 0;
    for (let token = 1; token < tokensMax; token++) known += this.#people[d * tokensMax + token] as number;
    return known;
  }

  /** Probability that a client shows the same token next time; starts at the assumed stability. */
  stability(d: number): number {
    const prior = dimensions[d]?.stability ?? 0;
    return ((this.#same[d] as number) + priorPairs * prior) / ((this.#pairs[d] as number) + priorPairs);
  }

  /**
   * Dimensions for the strict key, best first: most information per instability, none below `stabilityLeast`.
   * Information is the entropy of people's tokens in nats.
   */
  choose({ stabilityLeast = 0.8, beta = 4, count = 24 }: ChooseOptions = {}): number[] {
    return dimensions
      .map((dimension, d) => {
        let entropy = 0;
        for (let token = 1; token <= alphabetOf(dimension); token++) {
          const p = this.share(d, token);
          entropy -= p * Math.log(p);
        }
        const stability = this.stability(d);
        return { d, stability, worth: entropy - beta * (1 - stability) };
      })
      .filter(({ stability }) => stability >= stabilityLeast)
      .sort((a, b) => b.worth - a.worth || a.d - b.d)
      .slice(0, count)
      .map(({ d }) => d)
      .sort((a, b) => a - b);
  }

  /**
   * Nats that two fingerprints are one client's: Σ over dimensions known in both of ln((keep + (1 - keep) p) / p)
   * for a match and ln(1 - keep) for a difference, keep being the chance that a retooling client leaves the
   * dimension as it was.
   */
  likeness(a: Uint8Array, b: Uint8Array, keep: (d: number) => number = (d) => this.stability(d) * 0.85): number {
    let nats = 0;
    for (let d = 0; d < dimensions.length; d++) {
      const token = a[d] as number;
      if (token === 0 || b[d] === 0) continue;
      const kept = Math.min(0.99, keep(d));
      const p = this.share(d, token);
      nats += token === b[d] ? Math.log((kept + (1 - kept) * p) / p) : Math.log(1 - kept);
    }
    return nats;
  }
}

/** What is kept of the statistics: counts by dimension and token. */
export interface SavedStatistics {
  readonly people: readonly number[];
  readonly same: readonly number[];
  readonly pairs: readonly number[];
}

export interface ChooseOptions {
  readonly stabilityLeast?: number;
  readonly beta?: number;
  readonly count?: number;
}

/** What a person is told about a key that is not specific enough to act on. */
export interface Specificity {
  readonly actionable: boolean;
  /** Upper 95 % bound of its share among honest sessions, 0-1. */
  readonly prevalenceAtMost: number;
  /** The share that it must be proven to stay within. */
  readonly rate: number;
  /** Honest sessions that look like this, and of how many. */
  readonly honestAlike: number;
  readonly honest: number;
  /** Honest sessions that must still be seen, none of them alike, before it may be acted upon; 0 when it may. */
  readonly missing: number;
  readonly words: string;
}

/**
 * May a key be acted upon by itself? Only when the upper 95 % bound of its share among honest sessions is within
 * `rate`. A key that is not is shown as such, with what is missing.
 */
export function specificity(alike: number, honest: number, rate: number): Specificity {
  const prevalenceAtMost = clopperPearsonUpper(alike, honest);
  const actionable = prevalenceAtMost <= rate;
  const seen = `${alike} of ${honest} honest sessions look like this`;
  const words = actionable
    ? seen
    : `not actionable by itself: ${seen}, so its share may be up to ${prevalenceAtMost.toPrecision(2)}`;
  const missing = actionable ? 0 : sessionsNeeded(alike, rate) - honest;
  return { actionable, prevalenceAtMost, rate, honestAlike: alike, honest, missing, words };
}

/** The fewest honest sessions among which `alike` are compatible with the rate at 95 %: bisection, because the bound falls with each. */
function sessionsNeeded(alike: number, rate: number): number {
  let most = Math.max(1, alike);
  while (clopperPearsonUpper(alike, most) > rate) most *= 2;
  let least = Math.floor(most / 2);
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (clopperPearsonUpper(alike, middle) > rate) least = middle;
    else most = middle;
  }
  return most;
}
