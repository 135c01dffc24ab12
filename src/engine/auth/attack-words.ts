import { attackType } from "./attack-type.ts";
import type { AuthCounters } from "./auth-counters.ts";

/** Attempts before an attack is given a name. */
const attemptsLeast = 5;
/** How sure the name must be. */
const posteriorLeast = 0.6;

/** What kind of attack a convicted cohort's log-ins are, by name and threat of OWASP's list. */
export interface NamedAttack {
  /** "stuffing", "spraying", "cracking"…; empty while nothing fits. */
  readonly name: string;
  /** OWASP automated threat, or empty. */
  readonly threat: string;
  readonly words: string;
}

const threats: Readonly<Record<string, string>> = {
  stuffing: "OAT-008",
  spraying: "OAT-007",
  cracking: "OAT-007",
  "validated list": "OAT-008",
  "second-factor fatigue": "OAT-007",
};

const unnamed: NamedAttack = { name: "", threat: "", words: "" };

/** Names the attack that a cohort's log-ins are; for cohorts that other evidence has convicted. */
export function nameAttack(logins: AuthCounters | undefined): NamedAttack {
  const counts = logins?.counts();
  if (counts === undefined || counts.attempts < attemptsLeast) return unnamed;
  const { type, posterior, words } = attackType(counts);
  if (type === "people" || posterior < posteriorLeast) return unnamed;
  return { name: type, threat: threats[type] ?? "", words };
}
