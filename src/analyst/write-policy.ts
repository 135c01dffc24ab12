/** A convicted cohort, as far as a policy is written from it. */
export interface ConvictedCohort {
  /** As `cohort.name` shows it to rules. */
  readonly name: string;
  /** Names of convicted cohorts that hold the same sessions by other features. */
  readonly twins: readonly string[];
  readonly application: string;
  readonly grouping: string;
  readonly sessions: number;
  readonly addresses: number;
  readonly countries: number;
  /** ln of the e-value at conviction. */
  readonly nats: number;
  /** Estimated share of automation, 0 to 1. */
  readonly purity: number;
  readonly certifiedFpr: number | null;
  /** Clean groups still missing for a certificate. */
  readonly missing: number;
  readonly evidence: readonly string[];
}

/** A policy that Gait wrote, for somebody to read. */
export interface WrittenPolicy {
  readonly name: string;
  /** The rule as YAML, one rule, in watch mode. */
  readonly text: string;
  /** Why, in one sentence, and everything it rests on, one finding a line. */
  readonly reason: string;
  readonly evidence: readonly string[];
}

/** Two independent findings, or an attacker could have a rule written by staging one. */
const evidenceMin = 2;
const purityMin = 0.9;

/**
 * Writes the policy that stops a convicted cohort, in literals that a person can read: the cohort by its names, and only clients
 * that automation's own score stands against. Undefined where the case is too thin: a mixed cohort, or one finding alone
 * (detection by staging: traffic crafted so that the rule written from it hits others).
 */
export function writePolicy(cohort: ConvictedCohort): WrittenPolicy | undefined {
  const { evidence, purity, sessions, addresses, countries, nats, application, grouping, certifiedFpr, missing } =
    cohort;
  const names = [cohort.name, ...cohort.twins];
  if (evidence.length < evidenceMin || purity < purityMin) return undefined;
  if (names.some((each) => !/^[a-z0-9-]+$/.test(each))) return undefined;
  const name = `cohort-${cohort.name}`;
  const certificate =
    certifiedFpr === null
      ? missing === 0
        ? "no certificate: it would have hit too many of those who came before"
        : `no certificate yet: ${missing} clean visits are missing`
      : `certified to hit at most ${(certifiedFpr * 100).toPrecision(2)} % of visits`;
  // Without a database of countries none is known, which is not none.
  const where = countries === 0 ? "" : ` in ${countries} countries`;
  const reason = `${sessions} sessions from ${addresses} addresses${where} moved alike (${grouping}), at odds of e^${nats.toFixed(1)} against chance.`;
  const quoted = names.map((each) => `"${each}"`);
  const which = names.length === 1 ? `cohort.name == ${quoted[0]}` : `cohort.name in [${quoted.join(", ")}]`;
  const rule = {
    name,
    why: reason,
    when: `${which} && score.behaviour >= 80.0 && application == "${application}"`,
    ...Object.fromEntries([[action, "block"]]),
    mode: "watch",
    ttl: "24h",
  };
  const share = `${Math.round(purity * 100)} % of the cohort is automation, as estimated on the axis where it deviates most`;
  return { name, text: JSON.stringify([rule], null, 2), reason, evidence: [...evidence, share, certificate] };
}

const action = "then";
