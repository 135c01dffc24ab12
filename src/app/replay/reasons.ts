import type { Signal, Verdict } from "#core";
import { explain } from "#engine";

/** Findings quieter than this carry no verdict and are not shown. */
const natsMin = 0.25;

/** Why a client was judged as it was, for reports. */
export interface Reasons {
  /** What speaks for the verdict, strongest first. */
  readonly sentences: readonly string[];
  /** What, had it been different, would have changed it. */
  readonly unless: readonly string[];
}

/**
 * A verdict in words. The engine keeps the counts of long histories approximately (halved and doubled again); none
 * is shown larger than the requests there were.
 */
export function reasonsOf(
  verdict: Verdict,
  options: { readonly countMax: number; readonly requests: number },
): Reasons {
  const signals = verdict.signals.map((signal) => ({
    ...signal,
    evidence: bounded(signal.evidence, options.requests),
  }));
  const explanation = explain({ ...verdict, signals });
  return {
    sentences: explanation.reasons
      .filter((reason) => reason.nats >= natsMin)
      .sort((a, b) => b.nats - a.nats)
      .slice(0, options.countMax)
      .map((reason) => reason.sentence),
    unless: explanation.counterfactuals,
  };
}

/** Evidence that counts requests, and so cannot pass their number. */
const countNames: ReadonlySet<string> = new Set([
  "answers",
  "assets",
  "attempts",
  "failures",
  "followed",
  "gaps",
  "heads",
  "identifiers",
  "loaded",
  "misses",
  "named",
  "owed",
  "pages",
  "reached",
  "redirects",
  "refusals",
  "repeats",
  "requests",
  "returned",
  "revisits",
  "steps",
  "unseen",
]);

function bounded(evidence: Signal["evidence"], requests: number): Signal["evidence"] {
  return Object.fromEntries(
    Object.entries(evidence).map(([name, value]) => [
      name,
      typeof value === "number" && value > requests && countNames.has(name) ? requests : value,
    ]),
  );
}
