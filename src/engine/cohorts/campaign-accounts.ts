import { Bloom, packWords, unpackWords } from "#core";
import { type AxisLaws, axisLaws } from "./e-process.ts";

const bits = 1 << 18;
const ringSize = 256;
/** People's log-ins needed before their share says anything. */
const peopleLeast = 64;
/** How alike honest cohorts are in this: pseudo-observations. */
const alike = 20;
/** Nobody is sure that fewer than one in fifty of a cohort's people gave their password away; where most did, it tells nothing. */
const shareLeast = 0.02;
const shareMost = 0.5;
/** Log-ins by people between two looks at their share. */
const refitEvery = 32;

/** What is kept: a filter and a sample of keyed hashes, no account. */
export interface SavedCampaignAccounts {
  readonly tried: string;
  readonly count: number;
  readonly people: readonly number[];
}

/**
 * Which accounts convicted campaigns have tried, wherever they did. A library logs in for the same customers whatever version it has
 * reached, whichever log-in it calls and however it moves: a cohort most of whose accounts belong to a campaign, where one in
 * so many of people's do, is that campaign with a new face. The other way round from `WorkList`, which knows lists that are worked
 * through once. Says nothing about one session: its account's owner may be at the keyboard.
 *
 * Evaded by mixing in accounts that no campaign has tried, which costs the attacker that share of the volume.
 */
export class CampaignAccounts {
  readonly #tried = new Bloom(bits, 4);
  #count = 0;
  /** Accounts of the last people let in: their share among the tried is known the moment a campaign is. */
  readonly #people: number[] = [];
  #hand = 0;
  #fittedAt = "";
  #laws: AxisLaws | undefined;

  /** A convicted campaign tried this account. */
  tried(account: number): void {
    if (!this.#tried.add(account)) return;
    this.#count++;
    // A full filter would call everybody tried.
    if (this.#count < bits / 10) return;
    this.#tried.clear();
    this.#count = 0;
  }

  /** Somebody unconvicted was let in to this account. */
  learn(account: number): void {
    this.#people[this.#hand % ringSize] = account;
    this.#hand++;
  }

  /** 1: tried by a campaign, 0: not. */
  binOf(account: number): 0 | 1 {
    return this.#tried.has(account) ? 1 : 0;
  }

  /** Laws of that bin: people's share, and a campaign that comes again. Undefined while it would say nothing. */
  get laws(): AxisLaws | undefined {
    const state = `${this.#count} ${Math.floor(this.#hand / refitEvery)}`;
    if (state !== this.#fittedAt) {
      this.#fittedAt = state;
      this.#laws = this.#fit();
    }
    return this.#laws;
  }

  save(): SavedCampaignAccounts {
    return { tried: packWords(this.#tried.words), count: this.#count, people: [...this.#people] };
  }

  restore(saved: SavedCampaignAccounts): void {
    this.#tried.words.set(unpackWords(saved.tried).subarray(0, this.#tried.words.length));
    this.#count = saved.count;
    for (const account of saved.people.slice(0, ringSize)) this.learn(account);
    this.#fittedAt = "";
  }

  #fit(): AxisLaws | undefined {
    const people = this.#people.length;
    if (this.#count === 0 || people < peopleLeast) return undefined;
    const met = this.#people.reduce((sum, account) => sum + this.binOf(account), 0);
    const share = Math.max(shareLeast, (met + 1) / (people + 2));
    if (share > shareMost) return undefined;
    return axisLaws(Float64Array.of(alike * (1 - share), alike * share), Float64Array.of(0.5, 4.5));
  }
}
