import type { Action, Signal, Verdict } from "#core";

/** What `mode: enforce` acts on: convictions from the first hour, or only what carries an earned bound. */
export type EnforcementBasis = "prior" | "certified";

/** A decision of policy about one judged request. */
export interface ActionDecision {
  readonly action: Action;
  readonly basis: Verdict["basis"];
}

/** Behaviour alone must say nine to one before a single client is refused without a certificate. */
const blockBehaviourMin = 90;

/**
 * Groups of evidence that no honest way of being unusual explains: who refuses cookies, blocks scripts, strips referers or
 * comes through a privacy relay still does none of this. Everything else, however much of it, is also the privacy-minded
 * visitor (one in two hundred people does all of it at once), so it convicts nobody by itself.
 */
const personaProofGroups: ReadonlySet<string> = new Set([
  "enumeration",
  "authentication",
  "scan",
  "period",
  "jar-impossible",
  "jar-order",
  "jar-cloned",
  "token-provenance",
  "cohort",
]);
/**
 * Speaks about how rare the things asked for are, which somebody who browses deep and keeps no cookie can share. It counts
 * in the score and in cohorts, not here.
 */
const arguable: ReadonlySet<string> = new Set(["catalogue-sweep"]);
/** Twenty to one from such evidence alone. */
const personaProofNatsMin = 3;

const allowed: ActionDecision = Object.freeze({ action: "allow", basis: "none" });
const marked: ActionDecision = Object.freeze({ action: "tag", basis: "prior" });
const blockedByPrior: ActionDecision = Object.freeze({ action: "block", basis: "prior" });
const blockedByCertificate: ActionDecision = Object.freeze({ action: "block", basis: "certified" });

/**
 * The action for a judged client. Pure. People, declared bots, verified agents and the unknown pass; presentation
 * never decides, because `score.behaviour` holds none of it. Automation without persona-proof evidence is marked for the
 * application and let through.
 *
 * Evasion: automation that does nothing but read slowly, one client at a time, is marked and not stopped; its cohort is.
 *
 * @param certifiedFprMax The largest false-positive rate that the operator's budget allows; only read under `certified`.
 */
export function decideAction(
  verdict: Pick<Verdict, "kind" | "score" | "certifiedFpr" | "signals">,
  basis: EnforcementBasis,
  { certifiedFprMax }: { readonly certifiedFprMax: number },
): ActionDecision {
  if (verdict.kind !== "automated") return allowed;
  if (verdict.certifiedFpr !== null && verdict.certifiedFpr <= certifiedFprMax) return blockedByCertificate;
  if (basis === "certified") return allowed;
  return convictsAlone(verdict) ? blockedByPrior : marked;
}

/** Whether behaviour and persona-proof evidence are enough to refuse one client without a certificate. */
export function convictsAlone({ score, signals }: Pick<Verdict, "score" | "signals">): boolean {
  return score.behaviour >= blockBehaviourMin && personaProofNats(signals) >= personaProofNatsMin;
}

/** Whether no honest way of being unusual explains a group's evidence. */
export function isPersonaProof(group: string): boolean {
  return personaProofGroups.has(group);
}

/** Nats of the evidence that no honest way of being unusual explains. */
export function personaProofNats(signals: readonly Signal[]): number {
  let nats = 0;
  for (const { detector, group, nats: said } of signals) {
    if (said > 0 && personaProofGroups.has(group) && !arguable.has(detector)) nats += said;
  }
  return nats;
}
