import type { OrchestrationDetector } from "./orchestration-detector.ts";

/** Evidence for a person by age of the oldest cookie brought along: under a day, under a week, older. Design values. */
const natsByMaturity = [0, -0.2, -0.8, -1.5, -2] as const;

/**
 * Speaks *for* a client that brings a jar from an earlier visit: values we issued a day or a week ago, kept and
 * returned. Aged jars cost an attacker storage, patience and one identity per account.
 *
 * Young jars say nothing: everybody's first visit has one, and privacy browsers empty theirs at close. Never
 * stronger than two nats, because farms age jars too.
 *
 * Evasion (to look better): keep jars for weeks, which costs storage and ties sessions together.
 */
export const jarMaturity: OrchestrationDetector = {
  name: "jar-maturity",
  axis: "orchestration",
  group: "jar-age",
  personaProof: false,

  inspect({ ledger }) {
    if (!ledger.observed || ledger.shared) return undefined;
    const nats = natsByMaturity[ledger.maturity] ?? 0;
    if (nats === 0) return undefined;
    const age = ["none", "under an hour", "under a day", "under a week", "a week or more"][ledger.maturity] ?? "none";
    return { detector: "jar-maturity", axis: "orchestration", group: "jar-age", nats, evidence: { age } };
  },
};
