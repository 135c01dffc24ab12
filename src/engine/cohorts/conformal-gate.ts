import { assert, type Millis, type Random } from "#core";
import { cleanGroupsNeeded, clopperPearsonUpper } from "../statistics/index.ts";

/** Whether a false-positive rate may be claimed, and if not, what is missing. */
export interface Certificate {
  /** Upper 95 % bound of the false-positive rate among anchored groups, or null while too few were seen. */
  readonly certifiedFpr: number | null;
  /** Anchored groups still missing before `rate` may be claimed; 0 when the certificate stands. */
  readonly missing: number;
  readonly groups: number;
  readonly rate: number;
}

/**
 * Conformal test of a session's score against anchored honest *groups* (accounts or cohorts: sessions inside one
 * are not exchangeable, so each group lends one random session). `p = (1 + #{calibration ≥ score}) / (n + 1)` is a
 * valid p-value whatever the law of scores (Vovk, Gammerman, Shafer 2005).
 *
 * Keeps one score per group for `windowMs`, `groupsMax` groups at most. Poisoning needs anchors, and anchors need
 * scarce facts; one group is one vote.
 */
export class ConformalGate {
  readonly #groupsMax: number;
  readonly #windowMs: Millis;
  readonly #random: Random;
  readonly #groups = new Map<number, { score: number; at: Millis; offered: number }>();
  #sorted: Float64Array = new Float64Array(0);
  #dirty = true;

  constructor(options: { readonly groupsMax: number; readonly windowMs: Millis; readonly random: Random }) {
    assert(options.groupsMax >= 1, `groupsMax must be at least 1, found ${options.groupsMax}`);
    this.#groupsMax = options.groupsMax;
    this.#windowMs = options.windowMs;
    this.#random = options.random;
  }

  get groups(): number {
    return this.#groups.size;
  }

  /** Offers an anchored session's score; each group keeps one of its sessions, uniformly chosen. */
  offer(group: number, score: number, at: Millis): void {
    const known = this.#groups.get(group);
    if (known !== undefined) {
      known.offered++;
      if (this.#random() * known.offered >= 1) return;
      known.score = score;
      known.at = at;
      this.#dirty = true;
      return;
    }
    if (this.#groups.size >= this.#groupsMax) {
      const oldest = this.#groups.keys().next().value;
      if (oldest !== undefined) this.#groups.delete(oldest);
    }
    this.#groups.set(group, { score, at, offered: 1 });
    this.#dirty = true;
  }

  /** Drops groups older than the window. The slow lane's. */
  forget(now: Millis): void {
    for (const [group, { at }] of this.#groups) {
      if (now - at <= this.#windowMs) continue;
      this.#groups.delete(group);
      this.#dirty = true;
    }
  }

  /** Share of anchored groups that look at least as bad, counting this one; 1 while nothing is known. */
  pValue(score: number): number {
    const sorted = this.#freshSorted();
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < score) low = middle + 1;
      else high = middle;
    }
    return (1 + sorted.length - low) / (sorted.length + 1);
  }

  /** How many anchored groups score at least `score`: "0 of 412,338 verified sessions look like this". */
  alike(score: number): number {
    return Math.round(this.pValue(score) * (this.#groups.size + 1)) - 1;
  }

  /** The certificate for blocking everything that scores `threshold` or more, at false-positive rate `rate`. */
  certificate(threshold: number, rate: number): Certificate {
    return certificateFor(this.alike(threshold), this.#groups.size, rate);
  }

  #freshSorted(): Float64Array {
    if (this.#dirty) {
      this.#sorted = Float64Array.from(this.#groups.values(), ({ score }) => score).sort();
      this.#dirty = false;
    }
    return this.#sorted;
  }
}

/**
 * The claim that `hits` of `groups` anchored groups allow: nothing below the zero-exceedance count of the rate
 * (about 3 / rate), the exact upper bound from then on.
 */
export function certificateFor(hits: number, groups: number, rate: number): Certificate {
  const missing = Math.max(0, cleanGroupsNeeded(rate) - groups);
  if (missing > 0) return { certifiedFpr: null, missing, groups, rate };
  const bound = clopperPearsonUpper(hits, groups);
  return { certifiedFpr: bound <= rate ? bound : null, missing: 0, groups, rate };
}
