import type { Kind, Signal, Verdict } from "#core";
import { cappedAs, GroupCaps, type GroupName, groupPriors, presentationNatsMax } from "./groups.ts";
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

type Words = (evidence: Signal["evidence"]) => string;

interface Phrase {
  readonly speaks: Words;
  readonly excuses: Words;
  /** Completes "would not be automated if …". */
  readonly unless: string;
}

/** A count as words have it: halved counters are rounded, and say so. */
function count(value: string | number | undefined): string {
  const number = Number(value ?? 0);
  return number > 255 ? `about ${number}` : String(number);
}

function percent(value: string | number | undefined): string {
  return `${Math.round(Number(value ?? 0) * 100)} %`;
}

const phrases: Readonly<Record<string, Phrase>> = {
  "missing-subresources": {
    speaks: (e) =>
      `fetched what the page needs after ${count(e.loaded)} of ${count(e.pages)} pages; browsers here do after ${percent(e.usual)}`,
    excuses: (e) => `loaded its pages fully (${count(e.loaded)} of ${count(e.pages)}), as browsers do`,
    unless: "it had fetched the parts of its pages",
  },
  "referer-closure": {
    speaks: (e) =>
      `named the page it came from, one it had fetched, on ${count(e.reached)} of ${count(e.pages)} pages; people here do on ${percent(e.usual)}`,
    excuses: (e) => `reached ${count(e.reached)} of ${count(e.pages)} pages by links from pages it had fetched`,
    unless: "its pages had been reached by links",
  },
  "asset-referers": {
    speaks: (e) => `named a page for ${count(e.named)} of the ${count(e.assets)} files it fetched`,
    excuses: (e) => `fetched ${count(e.assets)} files because a page needed them`,
    unless: "its files had been fetched for a page",
  },
  "cookies-not-returned": {
    speaks: (e) => `returned the cookie it was given on ${count(e.returned)} of ${count(e.owed)} requests`,
    excuses: (e) => `returned its cookie on ${count(e.returned)} of ${count(e.owed)} requests`,
    unless: "the session cookie had come back",
  },
  "session-before-authentication": {
    speaks: (e) => `posted credentials in ${count(e.sessions)} sessions that had opened no page before`,
    excuses: () => "",
    unless: "it had opened a page before posting credentials",
  },
  "robots-behaviour": {
    speaks: (e) => `asked ${count(e.requests)} times for files written for machines (robots.txt, site maps)`,
    excuses: () => "",
    unless: "it had not asked for robots.txt or site maps",
  },
  "fixed-period": {
    speaks: (e) => `asked for pages every ${e.seconds} s, varying by ${percent(e.variation)}, ${count(e.gaps)} times`,
    excuses: () => "",
    unless: "its requests had not come at a fixed period",
  },
  "request-rhythm": {
    speaks: (e) => `opened a page every ${e.seconds} s (people here: ${e.usual} s) with little variation (${e.spread})`,
    excuses: (e) => `paused between pages as people do (typically ${e.seconds} s, spread ${e.spread})`,
    unless: "its pace had been that of people",
  },
  "id-walk": {
    speaks: (e) => `stepped through neighbouring identifiers ${count(e.steps)} times of ${count(e.identifiers)}`,
    excuses: () => "",
    unless: "it had not walked identifiers in order",
  },
  enumeration: {
    speaks: (e) => `went through ${count(e.identifiers)} identifiers of one kind, coming back to ${count(e.revisits)}`,
    excuses: () => "",
    unless: "it had come back to objects or reached them by links",
  },
  "not-found-scan": {
    speaks: (e) => `asked for ${count(e.misses)} pages that do not exist, of ${count(e.pages)}`,
    excuses: () => "",
    unless: "the pages it asked for had existed",
  },
  "auth-failures": {
    speaks: (e) => `failed ${count(e.failures)} of ${count(e.attempts)} logins and went on`,
    excuses: () => "",
    unless: "it had stopped after a few failed logins",
  },
  "auth-spread": {
    speaks: (e) => `tried ${count(e.accounts)} accounts`,
    excuses: () => "",
    unless: "it had tried fewer accounts",
  },
  "auth-speed": {
    speaks: (e) => `tried again within a second of a refusal, ${count(e.quick)} times in ${count(e.attempts)} logins`,
    excuses: () => "",
    unless: "it had taken the time to type between logins",
  },
  "ignores-redirects": {
    speaks: (e) => `followed ${count(e.followed)} of ${count(e.redirects)} redirects`,
    excuses: () => "",
    unless: "it had followed redirects",
  },
  "ignores-refusals": {
    speaks: (e) => `went on at once after ${count(e.repeats)} refusals`,
    excuses: () => "",
    unless: "it had paused after being refused",
  },
  "head-requests": {
    speaks: (e) => `asked ${count(e.heads)} times for the head of a page only`,
    excuses: () => "",
    unless: "it had asked for whole pages",
  },
  "conditional-requests": {
    speaks: () => "",
    excuses: (e) => `keeps a cache: ${count(e.answers)} answers were "not modified"`,
    unless: "",
  },
  "wire-oddities": {
    speaks: (e) => `sent ${count(e.requests)} requests with odd bytes`,
    excuses: () => "",
    unless: "its requests had been well-formed",
  },
  "header-shape": {
    speaks: (e) => `changed the shape of its headers ${count(e.changes)} times in ${count(e.pages)} pages`,
    excuses: () => "",
    unless: "",
  },
  "ua-rotation": {
    speaks: (e) => `its address showed ${count(e.userAgents)} user agents in turns, none of which loads its pages`,
    excuses: () => "",
    unless: "",
  },
  "presentation-consistency": {
    speaks: (e) => `claims to be a browser that its ${e.contradicts} contradict`,
    excuses: () => "",
    unless: "",
  },
  "stale-browser": {
    speaks: (e) => `claims browser version ${e.version}, ${e.behind} behind what people here use`,
    excuses: () => "",
    unless: "",
  },
  "user-agent-malformed": {
    speaks: (e) => `its user agent is one no browser sends: ${e.reason}`,
    excuses: () => "",
    unless: "",
  },
  "hosting-network": { speaks: (e) => `its address belongs to a ${e.network} network`, excuses: () => "", unless: "" },
  "declared-bot": { speaks: (e) => `calls itself ${e.name}`, excuses: () => "", unless: "" },
  "catalogue-sweep": {
    speaks: (e) =>
      `asked for ${count(e.distinct)} different values in ${count(e.requests)} requests, unlike what people ask for`,
    excuses: () => "",
    unless: "it had asked for what people ask for",
  },
  "takeover-chain": {
    speaks: (e) => `went on to "${e.step}" after a login unlike the account's own`,
    excuses: () => "",
    unless: "the account had been entered from its usual surroundings",
  },
  "convicted-cohort": {
    speaks: (e) => `behaves like a convicted cohort of ${count(e.sessions)} sessions (${e.case})`,
    excuses: () => "",
    unless: "it had not behaved like its cohort",
  },
  "proven-before": {
    speaks: () => "showed in an earlier session what no person's browser does",
    excuses: () => "",
    unless: "",
  },
  "remembered-verdict": { speaks: () => "was convicted before", excuses: () => "", unless: "" },
};

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
  return [...sums].flatMap(([group, sum]) => {
    const cap = group === "presentation" ? presentationNatsMax : caps.cap(group);
    if (sum <= cap) return [];
    const source = groupPriors[group as GroupName]?.source ?? "a cause nobody has measured";
    return [`${group}: ${sum.toFixed(1)} nats count as ${cap.toFixed(1)} (${source})`];
  });
}
