import type { Signal } from "#core";

type Evidence = Signal["evidence"];
type Words = (evidence: Evidence) => string;

/** A number of evidence as people read it: whole, or with one decimal below ten. */
function number(value: string | number | undefined): string {
  if (typeof value !== "number") return String(value ?? "?");
  return Math.abs(value) >= 10 || Number.isInteger(value)
    ? Math.round(value).toLocaleString("en-GB")
    : value.toFixed(1);
}

function percent(value: string | number | undefined): string {
  return typeof value === "number" ? `${Math.round(value * 100)} %` : "?";
}

/** What a finding against a client says in a sentence that an operator can repeat. */
const against: Readonly<Record<string, Words>> = {
  "missing-subresources": (e) =>
    `read ${number(e.pages)} pages and loaded the parts of ${number(e.loaded)} (people here: ${percent(e.usual)})`,
  "referer-closure": (e) =>
    `reached ${number(e.reached)} of ${number(e.pages)} pages by a link from a page it had read (people here: ${percent(e.usual)})`,
  "asset-referers": (e) => `fetched ${number(e.assets)} images and scripts, ${number(e.named)} of them for a page`,
  "cookies-not-returned": (e) =>
    `was given cookies ${number(e.owed)} times and returned them ${number(e.returned)} times`,
  "session-before-authentication": (e) =>
    `tried to log in ${number(e.attempts)} times, ${number(e.sessions)} sessions without opening the page people log in from`,
  "robots-behaviour": (e) => `asked for robots.txt or site maps ${number(e.requests)} times`,
  "fixed-period": (e) => `asks every ${number(e.seconds)} s, varying by ${percent(e.variation)}`,
  "request-rhythm": (e) => `asks for a page about every ${number(e.seconds)} s (usual here: ${number(e.usual)} s)`,
  "id-walk": (e) => `walked ${number(e.steps)} neighbouring numbers in order`,
  enumeration: (e) => `went through ${number(e.identifiers)} objects and came back to ${number(e.revisits)}`,
  "not-found-scan": (e) => `${number(e.misses)} of ${number(e.pages)} pages asked for do not exist`,
  "auth-failures": (e) => `failed ${number(e.failures)} of ${number(e.attempts)} logins`,
  "auth-spread": (e) => `tried ${number(e.accounts)} accounts, failing ${number(e.failures)} times`,
  "ignores-redirects": (e) => `was redirected ${number(e.redirects)} times and followed ${number(e.followed)}`,
  "ignores-refusals": (e) => `went on at once after ${number(e.repeats)} of ${number(e.refusals)} refusals`,
  "head-requests": (e) => `sent ${number(e.heads)} HEAD requests of ${number(e.requests)}`,
  "wire-oddities": (e) => `sent ${number(e.requests)} requests that no browser writes`,
  "header-shape": (e) => `changed the shape of its headers ${number(e.changes)} times in ${number(e.pages)} pages`,
  "ua-rotation": (e) => `took turns with ${number(e.userAgents)} user agents at one address`,
  "stale-browser": (e) => `says it is version ${number(e.version)}, ${number(e.behind)} behind what visitors use`,
  "user-agent-malformed": (e) => `wears a user agent no browser sends (${e.reason})`,
  "hosting-network": (e) => `comes from a ${e.network} network`,
  "declared-bot": (e) => `says it is ${e.name}`,
  "remembered-verdict": () => "was judged automated before",
};

/** The same for what speaks for a person. */
const inFavour: Readonly<Record<string, Words>> = {
  "missing-subresources": (e) => `loads the parts of its pages (${number(e.loaded)} of ${number(e.pages)})`,
  "referer-closure": () => "follows links from page to page",
  "asset-referers": () => "fetches images for the pages it reads",
  "cookies-not-returned": () => "returns its cookies",
  "request-rhythm": () => "moves at a pace that people keep",
  "conditional-requests": (e) => `keeps a cache (${number(e.answers)} answers reused)`,
};

/** One finding in words, without its weight. Unknown detectors are named with their evidence. */
export function reasonOf(signal: Signal): string {
  const table = signal.nats >= 0 ? against : inFavour;
  const words = Object.hasOwn(table, signal.detector) ? table[signal.detector] : undefined;
  if (words !== undefined) return words(signal.evidence);
  const evidence = Object.entries(signal.evidence).map(([name, value]) => `${name} ${number(value)}`);
  return `${signal.detector}${evidence.length === 0 ? "" : ` (${evidence.join(", ")})`}`;
}

/**
 * The findings that carry a verdict, strongest first: those for its side, at least a quarter nat. The engine keeps
 * counts of long histories approximately; none is shown larger than the requests there were.
 */
export function reasonsOf(
  signals: readonly Signal[],
  options: { readonly countMax: number; readonly requests: number },
): string[] {
  return signals
    .filter((signal) => signal.nats >= 0.25)
    .sort((a, b) => b.nats - a.nats)
    .slice(0, options.countMax)
    .map((signal) => reasonOf({ ...signal, evidence: bounded(signal.evidence, options.requests) }));
}

function bounded(evidence: Evidence, requests: number): Evidence {
  return Object.fromEntries(
    Object.entries(evidence).map(([name, value]) => [
      name,
      typeof value === "number" && Number.isInteger(value) && value > requests && countNames.has(name)
        ? requests
        : value,
    ]),
  );
}

/** Evidence that counts requests, and so cannot pass their number. */
const countNames = new Set([
  "pages",
  "loaded",
  "reached",
  "assets",
  "named",
  "owed",
  "returned",
  "attempts",
  "steps",
  "identifiers",
  "revisits",
  "misses",
  "failures",
  "redirects",
  "followed",
  "repeats",
  "refusals",
  "heads",
  "answers",
  "gaps",
  "unseen",
]);
