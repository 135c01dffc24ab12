import { type Dirichlet, logDirichletMultinomial } from "../statistics/index.ts";
import type { AuthCounts } from "./auth-counters.ts";

export type AttackType = "people" | "stuffing" | "spraying" | "cracking" | "second-factor fatigue" | "validated list";

interface Law {
  readonly type: AttackType;
  /** New account or one tried before; new password or one tried before; let in, refused known, refused unknown. */
  readonly accounts: Dirichlet;
  readonly passwords: Dirichlet;
  readonly outcomes: Dirichlet;
  /** A second factor was pushed, or not. */
  readonly pushes: Dirichlet;
}

const law = (type: AttackType, parts: readonly (readonly number[])[]): Law => {
  const [accounts = [], passwords = [], outcomes = [], pushes = []] = parts;
  return {
    type,
    accounts: Float64Array.from(accounts),
    passwords: Float64Array.from(passwords),
    outcomes: Float64Array.from(outcomes),
    pushes: Float64Array.from(pushes),
  };
};

/**
 * Shares per type as Dirichlet pseudo-counts; assumed from published descriptions (OWASP OAT-008, OAT-007; MITRE
 * ATT&CK T1110.001, .003, .004, T1621): stuffing tries every pair once and knows half of the accounts; spraying
 * uses few passwords on many accounts; cracking many passwords on few accounts; fatigue pushes one account again
 * and again; a validated list gets in, from nowhere.
 */
const laws: readonly Law[] = [
  law("people", [
    [6, 4],
    [7, 3],
    [17, 2.4, 0.6],
    [1.5, 8.5],
  ]),
  law("stuffing", [
    [19, 1],
    [18, 2],
    [0.3, 9, 8],
    [0.3, 19.7],
  ]),
  law("spraying", [
    [18, 2],
    [0.6, 19.4],
    [0.3, 12, 5],
    [0.3, 19.7],
  ]),
  law("cracking", [
    [0.6, 19.4],
    [19, 1],
    [0.2, 17, 2],
    [0.3, 19.7],
  ]),
  law("second-factor fatigue", [
    [0.6, 19.4],
    [0.6, 19.4],
    [10, 8, 0.2],
    [18, 2],
  ]),
  law("validated list", [
    [19.5, 0.5],
    [19, 1],
    [19, 0.8, 0.2],
    [2, 18],
  ]),
];

/** The most likely type and how sure: posterior share under equal priors, and what it was read from. */
export interface AttackFinding {
  readonly type: AttackType;
  readonly posterior: number;
  readonly words: string;
}

/**
 * Tells stuffing, spraying, cracking and second-factor fatigue apart, by the Dirichlet-multinomial likelihood of a
 * cohort's counts. Where passwords were not observed (twenty-bit digests off, or a connector without bodies) that
 * part is left out. It names an attack that evidence elsewhere has established; it does not convict.
 */
export function attackType(counts: AuthCounts): AttackFinding {
  const { attempts, accounts, passwords, letIn, unknown, pushes } = counts;
  // Likelihoods of thousands of attempts are overconfident about shares that merely resemble; 60 speak for all.
  const scale = attempts > 60 ? 60 / attempts : 1;
  const parts = (first: number, second: number): number[] => [first * scale, Math.max(0, second) * scale];
  const newAccounts = Math.min(attempts, accounts);
  const newPasswords = Math.min(attempts, passwords);
  const refused = Math.max(0, attempts - letIn);
  const refusedUnknown = Math.min(refused, unknown);
  const outcomes = [letIn * scale, (refused - refusedUnknown) * scale, refusedUnknown * scale];
  const logs = laws.map(
    (candidate) =>
      logDirichletMultinomial(parts(newAccounts, attempts - newAccounts), candidate.accounts) +
      (passwords > 0 ? logDirichletMultinomial(parts(newPasswords, attempts - newPasswords), candidate.passwords) : 0) +
      logDirichletMultinomial(outcomes, candidate.outcomes) +
      logDirichletMultinomial(parts(pushes, attempts - pushes), candidate.pushes),
  );
  const top = Math.max(...logs);
  const total = logs.reduce((sum, log) => sum + Math.exp(log - top), 0);
  const best = laws[logs.indexOf(top)] as Law;
  const words = `${attempts} attempts on ${Math.round(accounts)} accounts with ${Math.round(passwords)} passwords, ${letIn} let in, ${unknown} on unknown accounts, at most ${counts.perAccountMax} per account`;
  return { type: best.type, posterior: 1 / total, words };
}
