import type { Verdict } from "#core";
import { explain as explainVerdict, type HonestAlike } from "#engine";
import type { SeenVerdict } from "../serve/recent-verdicts.ts";

/** A verdict with everything it rested on, as `gait explain --json` prints it. */
export interface Explanation {
  readonly version: 1;
  readonly reference: string;
  readonly at: string;
  readonly application: string;
  readonly request: { readonly ip: string; readonly method: string; readonly path: string; readonly userAgent: string };
  readonly status: number;
  readonly kind: string;
  readonly action: string;
  readonly enforced: string;
  readonly basis: string;
  readonly rule: string | null;
  /** The rule that decided, as it is now; null where a list, prior knowledge or nothing did, or where it is gone. */
  readonly ruleSays: RuleSaying | null;
  /** Version of the rules that was in force; 0: no rule was asked. */
  readonly policyVersion: number;
  /** Rules that matched without acting. */
  readonly watched: readonly string[];
  readonly certifiedFpr: number | null;
  /** Whom the bound is about: "anchored people", or "earlier visits": those before the case began. Null without one. */
  readonly certifiedOver: string | null;
  /** 0–100, higher is worse. */
  readonly score: { readonly total: number; readonly behaviour: number; readonly presentation: number };
  readonly summary: string;
  /** The loudest first. Positive nats speak for automation, negative ones for a person. */
  readonly evidence: readonly Evidence[];
  /** What, had it been different, would have changed the verdict. Empty when nothing single would have. */
  readonly counterfactuals: readonly string[];
  /** Groups of evidence whose sum was cut, with the benign cause that the cap stands for. */
  readonly capped: readonly string[];
  /** How many honest sessions look like this one; empty where nothing was counted. */
  readonly honest: readonly HonestAlike[];
  readonly priorNats: number;
  readonly revision: number;
}

/** What a rule says of itself. */
export interface RuleSaying {
  readonly name: string;
  readonly pack: string;
  /** Version of its pack; 0: not stated. */
  readonly packVersion: number;
  readonly why: string;
  readonly when: string;
  readonly does: string;
  readonly step: string;
}

/** One finding in words. */
export interface Evidence {
  readonly detector: string;
  readonly nats: number;
  readonly says: string;
}

/** Explains one verdict. Pure. @param rule The rule that decided, where it can still be found. */
export function explain(seen: SeenVerdict, rule?: RuleSaying): Explanation {
  const { reference, at, application, ip, method, path, userAgent, score } = seen;
  const told = explainVerdict(verdictOf(seen));
  return {
    version: 1,
    reference,
    at: new Date(at).toISOString(),
    application,
    request: { ip, method, path, userAgent },
    status: seen.status,
    kind: seen.kind,
    action: seen.action,
    enforced: seen.enforced,
    basis: seen.basis,
    rule: seen.rule,
    ruleSays: rule ?? null,
    policyVersion: seen.revision,
    watched: seen.watched,
    certifiedFpr: seen.certifiedFpr,
    certifiedOver: seen.certifiedFpr === null ? null : certifiedOver(seen),
    score,
    summary: told.summary,
    evidence: told.reasons.map(({ detector, nats, sentence }) => ({ detector, nats: round(nats), says: sentence })),
    counterfactuals: [...ruleCounterfactual(seen, rule), ...told.counterfactuals],
    capped: told.capped,
    honest: told.honest,
    priorNats: round(told.priorNats),
    revision: seen.revision,
  };
}

/** A session that is certified by itself is compared with anchored people. */
function certifiedOver({ signals }: SeenVerdict): string {
  const over = signals.find(({ detector }) => detector === "convicted-cohort")?.evidence.certifiedOver;
  return typeof over === "string" ? over : "anchored people";
}

/** A rule is exact: had its condition not held, it would not have acted. */
function ruleCounterfactual({ basis, action }: SeenVerdict, rule: RuleSaying | undefined): readonly string[] {
  if (basis !== "rule" || rule === undefined) return [];
  return [`would not have met "${action}" had this not been so: ${rule.when}`];
}

/** The findings that carry a verdict, in words: those against the client for automation, those for it for a person. */
export function reasonsInWords(
  seen: Pick<SeenVerdict, "kind" | "signals" | "score">,
  countMax: number,
): readonly string[] {
  const { reasons } = explainVerdict(verdictOf(seen));
  const sign = seen.kind === "human" ? -1 : 1;
  // What a bot says of itself is the reason why it is called so, whatever else is louder.
  const first = seen.kind === "declared-bot" ? reasons.filter(({ detector }) => detector === "declared-bot") : [];
  return [...first, ...reasons.filter((reason) => !first.includes(reason))]
    .filter(({ nats }) => nats * sign >= reasonNatsMin)
    .slice(0, countMax)
    .map(({ sentence }) => sentence);
}

/** Findings below a quarter nat move nobody's mind. */
const reasonNatsMin = 0.25;

function verdictOf(seen: Pick<SeenVerdict, "kind" | "signals" | "score"> & Partial<SeenVerdict>): Verdict {
  return {
    action: seen.action ?? "allow",
    kind: seen.kind,
    score: seen.score,
    signals: seen.signals,
    rule: seen.rule ?? null,
    watched: [],
    basis: seen.basis ?? "none",
    certifiedFpr: seen.certifiedFpr ?? null,
    reference: seen.reference ?? "",
    revision: seen.revision ?? 0,
  };
}

/** Two decimals are all that means anything. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
