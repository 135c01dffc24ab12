import { Bloom, type Millis, packWords, unpackWords } from "#core";
import { type AxisLaws, axisLaws } from "./e-process.ts";

const bits = 1 << 18;
const fadeMs: Millis = 86_400_000;
/** Log-ins by people needed before their share says anything. */
const peopleLeast = 100;
/** How alike honest cohorts are in this: pseudo-observations. */
const alike = 80;
/** A campaign that tried hardly anybody, or nearly everybody, tells nothing. */
const shareLeast = 0.05;
const shareMost = 0.95;

/** What is kept of a work list: a filter of keyed hashes, no account. */
export interface SavedWorkList {
  readonly done: string;
  readonly tried: number;
  readonly met: number;
  readonly people: number;
}

/**
 * Which accounts convicted campaigns have tried at one application. Whoever works through a list does not try again what is
 * done: a cohort that logs in to accounts known for long and never meets one of those that a campaign has tried, where
 * people's log-ins meet them in so and so many of a hundred cases, goes on with that campaign's list under a new face.
 * This is the one thing that a change of tools, looks, network and rhythm leaves as it was.
 *
 * Evaded by shuffling done and undone accounts, which costs the attacker that share of his volume.
 */
export class WorkList {
  readonly #done = new Bloom(bits, 4);
  #met = 0;
  #people = 0;
  #fadedAt: Millis = Number.NaN;
  #tried = 0;
  #laws: AxisLaws | undefined;

  /** A convicted campaign tried this account. */
  tried(account: number): void {
    if (this.#done.add(account)) this.#tried++;
    // A full filter would call everybody tried.
    if (this.#tried < bits / 10) return;
    this.#done.clear();
    this.#tried = 0;
    this.#met = 0;
    this.#people = 0;
    this.#laws = undefined;
  }

  /** A person of the unconvicted logged in to a known account. */
  learn(account: number, at: Millis): void {
    if (this.#tried === 0) return;
    if (Number.isNaN(this.#fadedAt)) this.#fadedAt = at;
    if (at - this.#fadedAt > fadeMs) {
      this.#met /= 2;
      this.#people /= 2;
      this.#fadedAt = at;
    }
    this.#people++;
    if (this.#done.has(account)) this.#met++;
    this.#laws = this.#fit();
  }

  /** 0: tried before, 1: not; -1 while that would say nothing. */
  binOf(account: number): number {
    if (this.#laws === undefined) return -1;
    return this.#done.has(account) ? 0 : 1;
  }

  /** Laws of that bin: people's share, and a campaign that goes on. */
  get laws(): AxisLaws | undefined {
    return this.#laws;
  }

  save(): SavedWorkList {
    return { done: packWords(this.#done.words), tried: this.#tried, met: this.#met, people: this.#people };
  }

  restore(saved: SavedWorkList): void {
    this.#done.words.set(unpackWords(saved.done).subarray(0, this.#done.words.length));
    this.#tried = saved.tried;
    this.#met = saved.met;
    this.#people = saved.people;
    this.#laws = this.#fit();
  }

  #fit(): AxisLaws | undefined {
    if (this.#people < peopleLeast) return undefined;
    const share = this.#met / this.#people;
    if (share < shareLeast || share > shareMost) return undefined;
    return axisLaws(Float64Array.of(alike * share, alike * (1 - share)), Float64Array.of(0.2, 9.8));
  }
}
