import type { Kind, Signal } from "#core";

/**
 * What each detector's finding looks like in the words of OWASP Automated Threats to Web Applications
 * (owasp.org/www-project-automated-threats-to-web-applications). A detector that names no aim is not listed: not
 * returning cookies is how something is done, not what it is done for.
 */
const threatsByDetector: Readonly<Record<string, readonly string[]>> = {
  "id-walk": ["OAT-011"],
  enumeration: ["OAT-011"],
  "not-found-scan": ["OAT-014"],
  "wire-oddities": ["OAT-014"],
  "auth-failures": ["OAT-007"],
  "auth-spread": ["OAT-008"],
  "second-factor-fatigue": ["OAT-007"],
  "session-before-authentication": ["OAT-020"],
};

/** Reading pages without their parts is scraping when nothing says what else it would be for. */
const readingDetectors = new Set(["missing-subresources", "referer-closure", "asset-referers"]);

/** Names of the threats above, for reports. */
export const threatNames: Readonly<Record<string, string>> = {
  "OAT-007": "credential cracking",
  "OAT-008": "credential stuffing",
  "OAT-011": "scraping",
  "OAT-014": "vulnerability scanning",
  "OAT-020": "account aggregation",
};

/** A threat must be carried by this much evidence to be named. */
const natsMin = 1;

/**
 * The threats that an actor's evidence speaks of, strongest first. People and what could not be told have none.
 * Stuffing names the aim of failed logins better than cracking does, and replaces it.
 */
export function threatsOf(kind: Kind, signals: readonly Signal[]): string[] {
  if (kind !== "automated" && kind !== "declared-bot") return [];
  const loud = signals.filter((signal) => signal.nats >= natsMin).sort((a, b) => b.nats - a.nats);
  const found = new Set(loud.flatMap((signal) => threatsByDetector[signal.detector] ?? []));
  if (found.size === 0 && loud.some((signal) => readingDetectors.has(signal.detector))) found.add("OAT-011");
  if (found.has("OAT-008")) found.delete("OAT-007");
  return [...found];
}
