import { HyperLogLog, SpaceSaving } from "#core";

/** What one authentication attempt was. */
export interface LoginAttempt {
  /** Keyed hash of the account claimed, or 0. */
  readonly account: number;
  /** Twenty bits of a daily-keyed password hash, or 0. Memory-only; never joined to the account on disk. */
  readonly password: number;
  readonly letIn: boolean;
  /** Has the account ever been let in before? */
  readonly known: boolean;
  /** A second factor was asked for. */
  readonly pushed: boolean;
}

/** The counts of a cohort's attempts, as ratios that tell attacks apart. */
export interface AuthCounts {
  readonly attempts: number;
  readonly accounts: number;
  readonly passwords: number;
  readonly pairs: number;
  readonly letIn: number;
  readonly unknown: number;
  readonly pushes: number;
  /** Most attempts against one account. */
  readonly perAccountMax: number;
}

/**
 * Counts of a cohort's login attempts in 1.5 kB: how many accounts, how many passwords, how many pairs. Holds no
 * pair and no password, only sketches; the twenty-bit digests alone would let a leak be searched offline.
 */
export class AuthCounters {
  readonly #accounts = new HyperLogLog(8);
  readonly #passwords = new HyperLogLog(8);
  readonly #pairs = new HyperLogLog(8);
  readonly #busiest = new SpaceSaving(16);
  #attempts = 0;
  #letIn = 0;
  #unknown = 0;
  #pushes = 0;

  observe(attempt: LoginAttempt): void {
    this.#attempts++;
    if (attempt.account !== 0) {
      this.#accounts.add(attempt.account);
      this.#busiest.add(attempt.account);
      if (!attempt.known) this.#unknown++;
    }
    if (attempt.password !== 0) {
      this.#passwords.add(attempt.password);
      this.#pairs.add(attempt.account * 31 + attempt.password);
    }
    if (attempt.letIn) this.#letIn++;
    if (attempt.pushed) this.#pushes++;
  }

  counts(): AuthCounts {
    const [busiest] = this.#busiest.top(1);
    return {
      attempts: this.#attempts,
      accounts: this.#accounts.estimate(),
      passwords: this.#passwords.estimate(),
      pairs: this.#pairs.estimate(),
      letIn: this.#letIn,
      unknown: this.#unknown,
      pushes: this.#pushes,
      perAccountMax: busiest === undefined ? 0 : busiest.count - busiest.error,
    };
  }
}
