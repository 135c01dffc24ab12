import { type Action, type ActionOptions, type Hashed, type Millis, policyLimits, type Random } from "#core";
import type { DecisionScope } from "./decision.ts";
import type { DecisionTable } from "./decision-table.ts";
import { lifetimeDefault, nextLifetime } from "./lifetime.ts";

/** Scopes that a machine may decide about: never an address, which people share. */
export type KeptScope = Exclude<DecisionScope, "address" | "network" | "fingerprint">;

/** A verdict that is to stand. */
export interface KeptVerdict {
  readonly scope: KeptScope;
  readonly value: string | Hashed;
  readonly action: Action;
  readonly options?: ActionOptions | undefined;
  readonly reason: string;
  readonly origin: "conviction" | "rule";
  readonly cohort: string;
  /** What the client wore when it was stopped. */
  readonly presentation: number;
  /** The longest it may stand; 0: the usual bounds. */
  readonly longestMs: Millis;
}

/** Now, by both clocks. */
export interface KeeperTime {
  readonly now: Millis;
  readonly monotonic: Millis;
}

interface Past {
  readonly presentation: number;
  readonly until: Millis;
  /** What came through after it had lapsed; 0: nothing yet. */
  passedAs: number;
}

/**
 * Makes verdicts stand for a drawn time, so that who retries learns no period. When somebody comes through after a lapse in
 * other clothes, he believes that the clothes did it: his next verdict stands for the longest time, and the belief fails.
 */
export class VerdictKeeper {
  readonly #table: DecisionTable;
  readonly #random: Random;
  readonly #past = new Map<string, Past>();
  readonly #pastMax: number;
  /** Verdicts that could not stand because the table was full; they are made anew with every request. */
  refused = 0;

  constructor(table: DecisionTable, random: Random, pastMax: number = policyLimits.pastVerdictsMax.default) {
    this.#table = table;
    this.#random = random;
    this.#pastMax = pastMax;
  }

  /** @returns How long it stands, or 0 where it cannot. */
  keep(verdict: KeptVerdict, { now, monotonic }: KeeperTime): Millis {
    const { scope, value, presentation, longestMs, ...rest } = verdict;
    if (value === "" || value === 0) return 0;
    const key = `${scope} ${value}`;
    const past = this.#past.get(key);
    if (past !== undefined && past.until > monotonic) return past.until - monotonic;
    const changed = past !== undefined && past.passedAs !== 0 && past.passedAs !== past.presentation;
    const maxMs = Math.max(lifetimeDefault.minMs, longestMs === 0 ? lifetimeDefault.maxMs : longestMs);
    const lifeMs = nextLifetime(this.#random, {
      changedPresentation: changed ? "yes" : "no",
      bounds: { minMs: Math.min(lifetimeDefault.minMs, maxMs), maxMs },
    });
    const id = `${rest.origin}-${scope}-${value}`;
    const added = this.#table.add({ ...rest, id, scope, value, createdAt: now, expiresAt: monotonic + lifeMs });
    if (!added.added) {
      this.refused++;
      return 0;
    }
    this.#past.delete(key);
    this.#past.set(key, { presentation, until: monotonic + lifeMs, passedAs: 0 });
    if (this.#past.size > this.#pastMax) this.#forgetFirst();
    return lifeMs;
  }

  /** Did any verdict ever stand, so that it matters who comes through? */
  get remembers(): boolean {
    return this.#past.size > 0;
  }

  /** Somebody came through: noted where a verdict about the same had lapsed. */
  passed(
    scope: KeptScope,
    value: string | Hashed,
    about: { readonly presentation: number; readonly monotonic: Millis },
  ): void {
    if (this.#past.size === 0) return;
    const past = this.#past.get(`${scope} ${value}`);
    if (past !== undefined && past.until <= about.monotonic) past.passedAs = about.presentation;
  }

  #forgetFirst(): void {
    for (const key of this.#past.keys()) {
      this.#past.delete(key);
      return;
    }
  }
}
