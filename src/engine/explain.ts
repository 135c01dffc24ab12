import type { Kind, Signal, Verdict } from "#core";
import { cappedAs, GroupCaps, type GroupName, groupPriors, presentationNatsMax } from "./groups.ts";
import { phrases } from "./phrases.ts";
import { judge, priorLogOdds } from "./score.ts";

/** One piece of evidence in words, strongest first. */
export interface Reason {
  readonly detector: string;
  /** Natural log-odds this signal contributed before its group's cap. */
  readonly nats: number;
  readonly sentence: string;
}

/** A verdict as a person reads it. Every number adds up: prior + capped groups + clipped presentation = log-odds. */
export interface Explanation {
  readonly summary: string;
  readonly reasons: readonly Reason[];
  /** What, had it been different, would have changed the kind; empty when nothing single would have. */
  readonly counterfactuals: readonly string[];
  /** Groups whose sum was cut to their cap, with the benign cause that the cap stands for. */
  readonly capped: readonly string[];
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

/**
 * What would have changed the kind. Evidence adds up, so leaving a signal out is exact: the judgement is computed again
 * without it. Where no single one decides, pairs are tried.
 */
function counterfactuals(verdict: Verdict, caps: GroupCaps): string[] {
  if (verdict.kind !== "automated") return [];
  const movable = verdict.signals.filter(
    (signal) => signal.nats > 0 && (phrases[signal.detector]?.unless ?? "") !== "",
  );
  const without = (left: readonly Signal[]): boolean =>
    judge(
      verdict.signals.filter((signal) => !left.includes(signal)),
      caps,
      { verified: false, declared: false },
    ).kind !== "automated";
  const unless = (signal: Signal): string => phrases[signal.detector]?.unless ?? "";
  const single = movable.filter((signal) => without([signal]));
  if (single.length > 0) return single.map((signal) => `would not be automated if ${unless(signal)}`);
  for (const [i, one] of movable.entries()) {
    for (const other of movable.slice(i + 1))
      if (without([one, other])) return [`would not be automated if ${unless(one)} and ${unless(other)}`];
  }
  return [];
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
