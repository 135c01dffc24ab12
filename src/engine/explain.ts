import type { Kind, Signal, Verdict } from "#core";
import { decideAction } from "#policy";
import { cappedAs, GroupCaps, type GroupName, groupPriors, presentationNatsMax } from "./groups.ts";
import { certifiedBound } from "./judge.ts";
import { phrases } from "./phrases.ts";
import { judge, priorLogOdds } from "./score.ts";

/** One piece of evidence in words, strongest first. */
export interface Reason {
  readonly detector: string;
  /** Natural log-odds this signal contributed before its group's cap. */
  readonly nats: number;
  readonly sentence: string;
}

/** How many honest sessions look like the one that was judged: the question "whom else would this hit?". */
export interface HonestAlike {
  /** They behave the same way, or they show as much of the evidence that no way of life explains. */
  readonly by: "behaviour" | "evidence";
  readonly alike: number;
  /** Honest sessions that were compared. */
  readonly of: number;
}

/** A verdict as a person reads it. Every number adds up: prior + capped groups + clipped presentation = log-odds. */
export interface Explanation {
  readonly summary: string;
  readonly reasons: readonly Reason[];
  /** What, had it been different, would have changed what was done, or else the kind; empty when nothing single would have. */
  readonly counterfactuals: readonly string[];
  /** Groups whose sum was cut to their cap, with the benign cause that the cap stands for. */
  readonly capped: readonly string[];
  /** Empty where nothing convicts the session alone and no cohort's conviction hits it, or where no honest session was seen yet. */
  readonly honest: readonly HonestAlike[];
  readonly priorNats: number;
}

const kindWords: Readonly<Record<Kind, string>> = {
  human: "looks like a person",
  "verified-agent": "proved which agent it is",
  "declared-bot": "says it is a bot",
  automated: "is automated",
  unknown: "has not shown enough to tell",
};

/** Puts a verdict into words: ordered evidence, what the caps cut, and what would have changed it. Pure. */
export function explain(verdict: Verdict, caps: GroupCaps = new GroupCaps()): Explanation {
  const reasons = verdict.signals.map(reasonOf).sort((a, b) => Math.abs(b.nats) - Math.abs(a.nats));
  const against = reasons.filter((reason) => reason.nats > 0);
  const first = against[0] ?? reasons[0];
  const summary = `This client ${kindWords[verdict.kind]} (score ${verdict.score.total})${first === undefined ? "." : `: ${first.sentence}.`}`;
  return {
    summary,
    reasons,
    counterfactuals: counterfactuals(verdict, caps),
    capped: cappedGroups(verdict, caps),
    honest: honestAlike(verdict.signals),
    priorNats: priorLogOdds,
  };
}

function reasonOf(signal: Signal): Reason {
  const phrase = phrases[signal.detector];
  const words = signal.nats >= 0 ? phrase?.speaks(signal.evidence) : phrase?.excuses(signal.evidence);
  const plain = Object.entries(signal.evidence).map(([name, value]) => `${name} ${value}`);
  const sentence = words === undefined || words === "" ? `${signal.detector}: ${plain.join(", ")}` : words;
  return { detector: signal.detector, nats: signal.nats, sentence };
}

function honestAlike(signals: readonly Signal[]): HonestAlike[] {
  const found: HonestAlike[] = [];
  for (const { detector, evidence } of signals) {
    const { honestAlike: behaving, honestSeen, alike, of } = evidence;
    if (detector === "convicted-cohort" && typeof behaving === "number" && typeof honestSeen === "number")
      found.push({ by: "behaviour", alike: behaving, of: honestSeen });
    if (detector === "verified-people" && typeof alike === "number" && typeof of === "number")
      found.push({ by: "evidence", alike, of });
  }
  return found;
}

/**
 * What would have changed what was done. Evidence adds up, so leaving a signal out is exact: the judgement, and where priors or a
 * certificate had the client refused also the action, are computed again without it. Where no single one decides, pairs are
 * tried. What would have spared a member of a cohort was found when it was hit, and is said with the conviction.
 */
function counterfactuals(verdict: Verdict, caps: GroupCaps): string[] {
  if (verdict.kind !== "automated") return [];
  const told = toldFate(verdict);
  const movable = verdict.signals.filter((signal) => signal.nats > 0 && ways(signal).length > 0);
  const without = (left: readonly Signal[]): boolean => {
    const signals = verdict.signals.filter((signal) => !left.includes(signal));
    const judged = judge(signals, caps, { verified: false, declared: false });
    if (told === "automated") return judged.kind !== "automated";
    const rest = { ...judged, certifiedFpr: certifiedBound(signals, judged) };
    return decideAction(rest, "prior", { certifiedFprMax: 1 }).action !== "block";
  };
  const single = movable.filter((signal) => without([signal]));
  if (single.length > 0)
    return single.flatMap((signal) => ways(signal).map((unless) => `would not be ${told} if ${unless}`));
  for (const [i, one] of movable.entries()) {
    for (const other of movable.slice(i + 1))
      if (without([one, other])) return [`would not be ${told} if ${ways(one)[0]} and ${ways(other)[0]}`];
  }
  return [];
}

/** What is asked about: being refused or held by priors or a certificate, else only being called automated. */
function toldFate({ action, basis }: Verdict): "blocked" | "held" | "automated" {
  if (basis !== "prior" && basis !== "certified") return "automated";
  if (action === "block") return "blocked";
  return action === "hold" ? "held" : "automated";
}

/** What takes a signal away, in words; empty where a client cannot be told. */
function ways({ detector, evidence: { spared } }: Signal): readonly string[] {
  if (typeof spared === "string" && spared !== "") return spared.split("; ");
  const unless = phrases[detector]?.unless ?? "";
  return unless === "" ? [] : [unless];
}

function cappedGroups(verdict: Verdict, caps: GroupCaps): string[] {
  const sums = new Map<string, number>();
  for (const signal of verdict.signals) {
    const group = signal.axis === "presentation" ? "presentation" : cappedAs(signal.group);
    sums.set(group, (sums.get(group) ?? 0) + signal.nats);
  }
  const { persona, groups } = judge(verdict.signals, caps, { verified: false, declared: false });
  const excused =
    persona === undefined
      ? []
      : [
          `${persona.groups.filter((group) => (sums.get(group) ?? 0) > 0).join(" and ")} together count as ${persona.groups.reduce((sum, group) => sum + Math.max(0, groups.of(group)), 0).toFixed(1)} nats: a ${persona.name} explains them`,
        ];
  const cut = [...sums].flatMap(([group, sum]) => {
    const cap = group === "presentation" ? presentationNatsMax : caps.cap(group);
    if (sum <= cap) return [];
    const source = groupPriors[group as GroupName]?.source ?? "a cause nobody has measured";
    return [`${group}: ${sum.toFixed(1)} nats count as ${cap.toFixed(1)} (${source})`];
  });
  return [...excused, ...cut];
}
