import type { Millis } from "#core";

/** What a login shows that an account's habits can be compared with. Small hashes; 0: not observed. */
export interface LoginContext {
  readonly country: number;
  readonly asn: number;
  /** Persistent cookie identity, or 0 for a fresh jar. */
  readonly device: number;
  readonly presentation: number;
  /** Hour of the day in UTC, 0-23. */
  readonly hour: number;
}

const facets = ["country", "asn", "device", "presentation"] as const;
type Facet = (typeof facets)[number];

/** How often a facet's value is seen over all people: for asn that it was never seen, 1 in a thousand, say. */
export type PopulationShare = (facet: Facet, value: number) => number;

/** Steps after a login that turn an access into a loss. */
export type SensitiveStep =
  | "change e-mail"
  | "change phone"
  | "change password"
  | "gift card"
  | "add payee"
  | "export data"
  | "create key";

interface Habit {
  readonly values: Map<string, number>;
  logins: number;
  /** When and how the account last got in from a context unlike its own. */
  strangeAt: Millis;
  strangeNats: number;
  last: Millis;
}

/** An account that may be in other hands, and why. */
export interface CompromisedAccount {
  readonly account: number;
  readonly since: Millis;
  readonly nats: number;
  readonly steps: readonly SensitiveStep[];
  readonly reasons: readonly string[];
}

/** What is kept of an account's habits: keyed hashes and counts. */
export interface SavedAccount {
  readonly account: number;
  readonly values: readonly (readonly [facet: string, logins: number])[];
  readonly logins: number;
  readonly strange: readonly [at: Millis | null, nats: number];
  readonly last: Millis;
}

/** What is kept of all accounts. */
export interface SavedAccounts {
  readonly accounts: readonly SavedAccount[];
  readonly compromised: readonly CompromisedAccount[];
}

/** Accounts written to a snapshot, the latest ones: so that writing it stays short. */
const accountsSavedMax = 20_000;

export interface AccountRiskOptions {
  readonly accountsMax?: number;
  /** Nats from which a login is unlike the account. Default 4. */
  readonly strangeNats?: number;
  /** How long after a strange login sensitive steps are held. Default 24 h. */
  readonly holdMs?: Millis;
}

const shrink = 3;
/** Device, network and country new at once: one log-in of owners in twenty-five. A look that many wear is no alibi then. */
const whollyNew = 3;
/** Log-ins from which an account's ways are known well enough for that. */
const settledLogins = 4;

/**
 * Per-account risk in the manner of Freeman et al. (NDSS 2016): Σ ln p(x) / p(x | account), with the account's
 * habits shrunk to the population by `shrink` pseudo-logins, so an account seen twice is judged by everybody's
 * habits. A strange login alone is a traveller or a new telephone; a strange login *followed by* a sensitive step
 * is the chain of a takeover, and what is held is that step, not the person.
 *
 * About 400 bytes per account, at most `accountsMax`; the longest silent leave first. A strange login does not
 * teach the account's habits until a day has passed without a complaint, so that an intruder does not become habit.
 */
export class AccountRisk {
  readonly #accounts = new Map<number, Habit>();
  readonly #compromised = new Map<number, CompromisedAccount>();
  readonly #accountsMax: number;
  readonly #strangeNats: number;
  readonly #holdMs: Millis;

  constructor(options: AccountRiskOptions = {}) {
    this.#accountsMax = options.accountsMax ?? 50_000;
    this.#strangeNats = options.strangeNats ?? 4;
    this.#holdMs = options.holdMs ?? 86_400_000;
  }

  /** Nats by which this login is unlike the account; near 0 for the account's own ways, above 4 strange. */
  score(account: number, context: LoginContext, share: PopulationShare): number {
    const habit = this.#accounts.get(account);
    if (habit === undefined || habit.logins < 2) return 0;
    let nats = 0;
    for (const facet of facets) {
      const value = context[facet];
      if (value === 0 && facet !== "device") continue;
      const population = Math.min(1, Math.max(1e-4, share(facet, value)));
      const seen = habit.values.get(`${facet}:${value}`) ?? 0;
      const own = (seen + shrink * population) / (habit.logins + shrink);
      nats += Math.log(population / own);
    }
    return nats;
  }

  /**
   * How many of device, network and country are new to the account; -1 while it has no habits. All three are new at every
   * log-in of somebody who hides them all: an account that never came back to one of them gets 4 instead of 3.
   */
  novelty(account: number, context: Pick<LoginContext, "device" | "asn" | "country">): number {
    const habit = this.#accounts.get(account);
    if (habit === undefined || habit.logins < 2) return -1;
    let novel = habit.values.has(`device:${context.device}`) && context.device !== 0 ? 0 : 1;
    if (context.asn !== 0 && !habit.values.has(`asn:${context.asn}`)) novel++;
    if (context.country !== 0 && !habit.values.has(`country:${context.country}`)) novel++;
    return novel === 3 && !isSteady(habit) ? 4 : novel;
  }

  /**
   * Takes a login that got in. Returns its nats. `suspicious`: it came from a convicted cohort, which makes it
   * strange whatever the context.
   */
  login(
    account: number,
    context: LoginContext,
    { at, share, suspicious }: { readonly at: Millis; readonly share: PopulationShare; readonly suspicious: boolean },
  ): number {
    const nats = this.score(account, context, share);
    const stranger = this.novelty(account, context) === whollyNew;
    const habit = this.#habit(account, at);
    const strange = suspicious || nats >= this.#strangeNats || (stranger && habit.logins >= settledLogins);
    // Whoever came strangely a day ago and was not complained of since has moved, or has a new telephone.
    const settled = at - habit.strangeAt >= this.#holdMs && habit.strangeNats > 0 && !this.#compromised.has(account);
    if (strange) {
      habit.strangeAt = at;
      habit.strangeNats = Math.max(nats, suspicious || stranger ? this.#strangeNats : 0);
    }
    if (suspicious) this.#suspect(account, habit, { at, reason: "let in within a convicted cohort" });
    if (strange && !settled && habit.logins >= 2) return nats;
    habit.logins++;
    for (const facet of facets) {
      const key = `${facet}:${context[facet]}`;
      if (habit.values.size < 24 || habit.values.has(key)) habit.values.set(key, (habit.values.get(key) ?? 0) + 1);
    }
    return nats;
  }

  /** Should this step be held for a second look? True after a strange login within `holdMs`. */
  step(account: number, step: SensitiveStep, at: Millis): boolean {
    const habit = this.#accounts.get(account);
    if (habit === undefined || at - habit.strangeAt > this.#holdMs || habit.strangeNats <= 0) return false;
    this.#suspect(account, habit, { at, reason: `${step} after a login unlike the account`, step });
    return true;
  }

  /** Something else says that a stranger has the account's password; what follows within `holdMs` is held. */
  expose(account: number, at: Millis, { nats, reason }: { readonly nats: number; readonly reason: string }): void {
    const habit = this.#habit(account, at);
    habit.strangeAt = at;
    habit.strangeNats = Math.max(habit.strangeNats, nats);
    this.#suspect(account, habit, { at, reason });
  }

  /** The account proved to be in its owner's hands (second factor, support): habits learn, suspicion ends. */
  clear(account: number): void {
    const habit = this.#accounts.get(account);
    if (habit !== undefined) habit.strangeNats = 0;
    this.#compromised.delete(account);
  }

  /** Accounts that may be compromised, most recent first. */
  compromised(): CompromisedAccount[] {
    return [...this.#compromised.values()].sort((a, b) => b.since - a.since);
  }

  save(): SavedAccounts {
    const accounts = [...this.#accounts].slice(-accountsSavedMax).map(([account, habit]) => ({
      account,
      values: [...habit.values],
      logins: habit.logins,
      strange: [Number.isFinite(habit.strangeAt) ? habit.strangeAt : null, habit.strangeNats] as const,
      last: habit.last,
    }));
    return { accounts, compromised: [...this.#compromised.values()] };
  }

  restore(saved: SavedAccounts): void {
    for (const { account, values, logins, strange, last } of saved.accounts.slice(-this.#accountsMax)) {
      const [at, strangeNats] = strange;
      this.#accounts.set(account, {
        values: new Map(values),
        logins,
        strangeAt: at ?? Number.NEGATIVE_INFINITY,
        strangeNats,
        last,
      });
    }
    for (const found of saved.compromised) this.#compromised.set(found.account, found);
  }

  #suspect(
    account: number,
    habit: Habit,
    { at, reason, step }: { readonly at: Millis; readonly reason: string; readonly step?: SensitiveStep },
  ): void {
    const known = this.#compromised.get(account);
    if (known === undefined && this.#compromised.size >= 10_000) {
      const oldest = this.#compromised.keys().next().value;
      if (oldest !== undefined) this.#compromised.delete(oldest);
    }
    const steps = step === undefined ? (known?.steps ?? []) : [...new Set([...(known?.steps ?? []), step])];
    const reasons = [...new Set([...(known?.reasons ?? []), reason])];
    this.#compromised.set(account, { account, since: known?.since ?? at, nats: habit.strangeNats, steps, reasons });
  }

  #habit(account: number, at: Millis): Habit {
    const known = this.#accounts.get(account);
    if (known !== undefined) {
      known.last = at;
      // Re-inserting keeps the map in order of last use, so that the first key is the longest silent.
      this.#accounts.delete(account);
      this.#accounts.set(account, known);
      return known;
    }
    if (this.#accounts.size >= this.#accountsMax) {
      const oldest = this.#accounts.keys().next().value;
      if (oldest !== undefined) this.#accounts.delete(oldest);
    }
    const habit: Habit = {
      values: new Map(),
      logins: 0,
      strangeAt: Number.NEGATIVE_INFINITY,
      strangeNats: 0,
      last: at,
    };
    this.#accounts.set(account, habit);
    return habit;
  }
}

/** Came back at least once to a device, a network or a country. */
function isSteady({ values }: Habit): boolean {
  for (const [value, logins] of values)
    if (logins >= 2 && !value.startsWith("presentation:") && value !== "device:0") return true;
  return false;
}
