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

/** Cells that scores are rounded to; the test rounds against the claim, so it stays valid. */
const cells = 1_024;

/** What a gate is made of. */
export interface ConformalGateOptions {
  readonly groupsMax: number;
  readonly windowMs: Millis;
  readonly random: Random;
  /** Largest score told apart; greater ones count as this. Default 32, in nats. */
  readonly scoreMax?: number;
}

/** Numbers of one group in `save`. */
const fields = 4;

/**
 * Conformal test of a session's score against anchored honest *groups* (accounts or cohorts: sessions inside one
 * are not exchangeable, so each group lends one random session). `p = (1 + #{calibration ≥ score}) / (n + 1)` is a
 * valid p-value whatever the law of scores (Vovk, Gammerman, Shafer 2005). Scores are kept in 1,024 cells, a
 * calibration score rounded up and a tested one down, so that a request costs a look at one sum and p is never too small.
 *
 * Keeps one score per group for `windowMs`, `groupsMax` groups at most. Poisoning needs anchors, and anchors need
 * scarce facts; one group is one vote.
 */
export class ConformalGate {
  readonly #groupsMax: number;
  readonly #windowMs: Millis;
  readonly #random: Random;
  readonly #scoreMax: number;
  readonly #groups = new Map<number, { cell: number; at: Millis; offered: number }>();
  readonly #counts: Uint32Array = new Uint32Array(cells + 1);
  /** Groups at a cell or above. */
  readonly #above: Uint32Array = new Uint32Array(cells + 2);
  #dirty = false;

  constructor(options: ConformalGateOptions) {
    assert(options.groupsMax >= 1, `groupsMax must be at least 1, found ${options.groupsMax}`);
    this.#groupsMax = options.groupsMax;
    this.#windowMs = options.windowMs;
    this.#random = options.random;
    this.#scoreMax = options.scoreMax ?? 32;
  }

  get groups(): number {
    return this.#groups.size;
  }

  /** Offers an anchored session's score; each group keeps one of its sessions, uniformly chosen. */
  offer(group: number, score: number, at: Millis): void {
    const cell = Math.ceil(this.#scaled(score));
    const known = this.#groups.get(group);
    if (known !== undefined) {
      known.offered++;
      if (this.#random() * known.offered >= 1) return;
      this.#count(known.cell, -1);
      known.cell = cell;
      known.at = at;
      this.#count(cell, 1);
      return;
    }
    if (this.#groups.size >= this.#groupsMax) this.#dropOldest();
    this.#groups.set(group, { cell, at, offered: 1 });
    this.#count(cell, 1);
  }

  /** Drops groups older than the window. The slow lane's. */
  forget(now: Millis): void {
    for (const [group, { at, cell }] of this.#groups) {
      if (now - at <= this.#windowMs) continue;
      this.#groups.delete(group);
      this.#count(cell, -1);
    }
  }

  /** Share of anchored groups that look at least as bad, counting this one; 1 while nothing is known. */
  pValue(score: number): number {
    return (1 + this.alike(score)) / (this.#groups.size + 1);
  }

  /** How many anchored groups score at least `score`: "0 of 412,338 verified sessions look like this". */
  alike(score: number): number {
    if (this.#dirty) this.#sum();
    return this.#above[Math.floor(this.#scaled(score))] as number;
  }

  /** The certificate for blocking everything that scores `threshold` or more, at false-positive rate `rate`. */
  certificate(threshold: number, rate: number): Certificate {
    return certificateFor(this.alike(threshold), this.#groups.size, rate);
  }

  /** What outlives a restart: keyed hashes of groups, cells and times. */
  save(): Uint8Array {
    const numbers = new Float64Array(this.#groups.size * fields);
    let at = 0;
    for (const [group, { cell, at: since, offered }] of this.#groups) {
      numbers.set([group, cell, since, offered], at);
      at += fields;
    }
    return new Uint8Array(numbers.buffer);
  }

  /** Puts back what `save` gave; what does not fit is left out. */
  restore(bytes: Uint8Array): void {
    const numbers = new Float64Array(bytes.slice().buffer, 0, Math.floor(bytes.length / 8));
    for (let i = 0; i + fields <= numbers.length && this.#groups.size < this.#groupsMax; i += fields) {
      const cell = Math.max(0, Math.min(cells, Math.trunc(numbers[i + 1] as number) || 0));
      if (this.#groups.has(numbers[i] as number)) continue;
      this.#groups.set(numbers[i] as number, {
        cell,
        at: numbers[i + 2] as number,
        offered: numbers[i + 3] as number,
      });
      this.#count(cell, 1);
    }
  }

  #scaled(score: number): number {
    return (Math.max(0, Math.min(this.#scoreMax, score)) / this.#scoreMax) * cells;
  }

  #count(cell: number, change: 1 | -1): void {
    this.#counts[cell] = (this.#counts[cell] as number) + change;
    this.#dirty = true;
  }

  #dropOldest(): void {
    for (const [group, { cell }] of this.#groups) {
      this.#groups.delete(group);
      this.#count(cell, -1);
      return;
    }
  }

  #sum(): void {
    let sum = 0;
    for (let cell = cells; cell >= 0; cell--) {
      sum += this.#counts[cell] as number;
      this.#above[cell] = sum;
    }
    this.#dirty = false;
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
