import { CountMin, packWords, unpackWords } from "#core";
import { clopperPearsonUpper } from "../statistics/index.ts";

/** What is kept of an audit. */
export interface SavedAudit {
  readonly sessions: number;
  readonly total: number;
  readonly cells: string;
}

/** Votes after which all are halved: what people did long ago counts less, and the sketch's error stays below 1e-4. */
const votesMax = 1_048_576;

/**
 * How many honest sessions share a behavioural key: the question "whom else would this block?". Counts one vote
 * per anchored or returning client and key (the caller's duty); a key is actionable by itself only when the upper
 * 95 % bound of its honest prevalence is within `rate`. Never undercounts, because count-min does not.
 */
export class CollisionAudit {
  #keys = new CountMin(1 << 14, 4);
  #sessions = 0;

  get sessions(): number {
    return this.#sessions;
  }

  /** An honest session with this key. */
  vote(key: number): void {
    if (++this.#sessions >= votesMax) this.fade();
    this.#keys.add(key);
  }

  /** Honest sessions seen with this key, an upper bound. */
  alike(key: number): number {
    return this.#keys.estimate(key);
  }

  /** Upper 95 % bound of the key's prevalence among honest sessions; 1 while none was seen. */
  prevalence(key: number): number {
    return clopperPearsonUpper(this.#keys.estimate(key), this.#sessions);
  }

  /** May sessions be judged by this key alone, with false positives at most at `rate`? */
  actionable(key: number, rate: number): boolean {
    return this.#sessions * rate >= 3 && this.prevalence(key) <= rate;
  }

  /**
   * Is this key expected to be as rare as `rate` among honest sessions, by the mean of Jeffreys' posterior? Five hundred sessions without it are
   * enough for 1e-3, fifteen hundred with one. That is no bound and earns no certificate: it is what a conviction on prior knowledge may be
   * carried over by, and it ends when people are met.
   */
  unlikely(key: number, rate: number): boolean {
    return this.#keys.estimate(key) + 0.5 <= rate * (this.#sessions + 1);
  }

  /**
   * Is this key plainly one of people's own: shown by three times as many honest sessions as `rate` allows? Says no while too
   * few sessions were seen to know. Poisoning: to shelter a behaviour, three in a thousand honest sessions must show it.
   */
  common(key: number, rate: number): boolean {
    return this.#sessions * rate >= 3 && this.#keys.estimate(key) > 3 * rate * this.#sessions;
  }

  /** Halves everything: what people did before fades. */
  fade(): void {
    this.#keys.halve();
    this.#sessions = Math.floor(this.#sessions / 2);
  }

  save(): SavedAudit {
    return { sessions: this.#sessions, total: this.#keys.total, cells: packWords(this.#keys.cells) };
  }

  restore(saved: SavedAudit): void {
    this.#keys = CountMin.from(1 << 14, 4, { cells: unpackWords(saved.cells), total: saved.total });
    this.#sessions = saved.sessions;
  }
}
