import { assert, type Millis } from "#core";

const dayMs: Millis = 86_400_000;
/** Σ 1 / (t ln²(t + 1)) over t ≥ 1, so that the shares sum to 1. */
const gammaSum = 3.388;

/** One conviction as the ledger sees it. */
export interface AlphaEntry {
  readonly at: Millis;
  readonly grouping: string;
  readonly alpha: number;
  /** Upper bound of the honest people expected to be hit, alpha times the members. */
  readonly people: number;
}

/** What the budget looks like today, for a person. */
export interface AlphaBudget {
  readonly peoplePerDay: number;
  readonly spentPeople: number;
  readonly tests: number;
  readonly discoveries: number;
  /** True when today's budget is used up; convictions are then only watched. */
  readonly exhausted: boolean;
}

/**
 * Hands out the error probability alpha of each cohort's test, in the manner of e-LOND (Xu and Ramdas 2024, valid
 * under any dependence between e-values): `alpha_t = alpha * share * gamma_t * (1 + discoveries)` with
 * gamma_t ∝ 1 / (t ln² t). Each grouping is a stream with its own share of alpha, so looking at the traffic in
 * three ways costs three ways. Streams restart daily; the daily budget is kept in *people*: every conviction
 * spends alpha times its members, and when the day's people are spent the guard stops enforcing new convictions.
 *
 * An attacker who opens many cohorts pushes t up and so raises the bar, by ln t + 2 ln ln t: a million cohorts
 * cost 19 nats, two to three more sessions per cohort. Only cohorts with enough sessions to be judged draw a t.
 */
export class AlphaLedger {
  readonly #alpha: number;
  readonly #shares: ReadonlyMap<string, number>;
  readonly #peoplePerDay: number;
  readonly #entriesMax: number;
  readonly #streams = new Map<string, { tests: number; discoveries: number }>();
  readonly #entries: AlphaEntry[] = [];
  #day = -1;
  #spent = 0;

  constructor(options: AlphaLedgerOptions) {
    const total = Object.values(options.shares).reduce((sum, share) => sum + share, 0);
    assert(total <= 1 + 1e-9, `shares of alpha must sum to at most 1, found ${total}`);
    assert(options.alpha > 0 && options.alpha < 1, `alpha must be in (0, 1), found ${options.alpha}`);
    this.#alpha = options.alpha;
    this.#shares = new Map(Object.entries(options.shares));
    this.#peoplePerDay = options.peoplePerDay;
    this.#entriesMax = options.entriesMax ?? 1_000;
  }

  /** Alpha for a cohort that begins to be judged now. Fixed for that cohort's life. */
  issue(grouping: string, at: Millis): number {
    this.#turn(at);
    const stream = this.#stream(grouping);
    stream.tests++;
    const t = stream.tests;
    const gamma = 1 / (t * Math.log(t + 1) ** 2 * gammaSum);
    return Math.min(0.05, this.#alpha * (this.#shares.get(grouping) ?? 0) * gamma * (1 + stream.discoveries));
  }

  /** Books a conviction. False: the people of today are spent, so the conviction may be watched, not enforced. */
  spend(grouping: string, at: Millis, spend: { readonly alpha: number; readonly members: number }): boolean {
    this.#turn(at);
    const people = spend.alpha * spend.members;
    this.#stream(grouping).discoveries++;
    if (this.#spent + people > this.#peoplePerDay) return false;
    this.#spent += people;
    this.#entries.push({ at, grouping, alpha: spend.alpha, people });
    if (this.#entries.length > this.#entriesMax) this.#entries.shift();
    return true;
  }

  budget(at: Millis): AlphaBudget {
    this.#turn(at);
    let tests = 0;
    let discoveries = 0;
    for (const stream of this.#streams.values()) {
      tests += stream.tests;
      discoveries += stream.discoveries;
    }
    return {
      peoplePerDay: this.#peoplePerDay,
      spentPeople: this.#spent,
      tests,
      discoveries,
      exhausted: this.#spent >= this.#peoplePerDay,
    };
  }

  /** The latest spends, oldest first. */
  entries(): readonly AlphaEntry[] {
    return this.#entries;
  }

  #stream(grouping: string): { tests: number; discoveries: number } {
    let stream = this.#streams.get(grouping);
    if (stream === undefined) {
      assert(this.#shares.has(grouping), `grouping "${grouping}" has no share of alpha`);
      stream = { tests: 0, discoveries: 0 };
      this.#streams.set(grouping, stream);
    }
    return stream;
  }

  #turn(at: Millis): void {
    const day = Math.floor(at / dayMs);
    if (day <= this.#day) return;
    this.#day = day;
    this.#spent = 0;
    this.#streams.clear();
  }
}

export interface AlphaLedgerOptions {
  /** Error probability of all tests of a day together. */
  readonly alpha: number;
  /** Share of each grouping; together at most 1. */
  readonly shares: Readonly<Record<string, number>>;
  /** Honest people per day that convictions may be expected to hit. */
  readonly peoplePerDay: number;
  readonly entriesMax?: number;
}
