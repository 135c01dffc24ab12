import type { Signal } from "#core";
import { conductPhrases } from "./conduct-phrases.ts";
import { orchestrationPhrases } from "./orchestration-phrases.ts";

/** A signal's evidence in words. */
export type Words = (evidence: Signal["evidence"]) => string;

/** How a detector's finding is said to people. */
export interface Phrase {
  /** What counts against a person. */
  readonly speaks: Words;
  /** What speaks for a person; empty where the detector never does. */
  readonly excuses: Words;
  /** Completes "would not be automated if …"; evidence named `spared` says it better where it is there. */
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

/** Words for every detector, by name. A test holds the list complete. */
export const phrases: Readonly<Record<string, Phrase>> = {
  ...orchestrationPhrases,
  ...conductPhrases,
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
  "language-geography": {
    speaks: () => "asks for a language that few people in its country ask for here",
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
  "network-risk": {
    speaks: (e) =>
      `comes from ${e.network}, where ${count(e.convicted)} of about ${count(e.sessions)} clients were convicted by what they did`,
    excuses: () => "",
    unless: "",
  },
  "declared-bot": { speaks: (e) => `calls itself ${e.name}`, excuses: () => "", unless: "" },
  "catalogue-sweep": {
    speaks: (e) =>
      `asked for ${count(e.distinct)} different values in ${count(e.requests)} requests, unlike what people ask for`,
    excuses: () => "",
    unless: "it had asked for what people ask for",
  },
  "jar-in-many-places": {
    speaks: (e) => `one and the same cookie came from ${count(e.networks)} different networks within a session`,
    excuses: () => "",
    unless: "its cookie had stayed on the networks of one device",
  },
  "impossible-travel": {
    speaks: (e) => `logs in ${e.km} km from where the account was let in ${e.hours} hours before`,
    excuses: () => "",
    unless: "it had come from where the account can be",
  },
  "takeover-chain": {
    speaks: (e) => `went on to "${e.step}" after a login unlike the account's own`,
    excuses: () => "",
    unless: "the account had been entered from its usual surroundings",
  },
  "second-factor-fatigue": {
    speaks: (e) =>
      `has the account's second factor asked for again and again: ${e.pushes} times in ${e.minutes} minutes`,
    excuses: () => "",
    unless: "the second factor had been asked for once or twice",
  },
  "convicted-cohort": {
    speaks: (e) => `behaves like a convicted cohort of ${count(e.sessions)} sessions (${e.case})`,
    excuses: () => "",
    unless: "it had not behaved like its cohort",
  },
  "learned-behaviour": {
    speaks: (e) => `behaves like sessions that other evidence gave away (a model of ${count(e.sessions)} sessions)`,
    excuses: (e) => `behaves like sessions of people (a model of ${count(e.sessions)} sessions)`,
    unless: "it had behaved like the people of this site",
  },
  "learned-presentation": {
    speaks: (e) =>
      `presents itself like sessions that other evidence gave away (a model of ${count(e.sessions)} sessions)`,
    excuses: (e) => `presents itself like people here (a model of ${count(e.sessions)} sessions)`,
    unless: "",
  },
  "verified-people": {
    speaks: (e) => `${e.alike} of ${e.of} verified people's sessions show as much`,
    excuses: (e) => `${e.alike} of ${e.of} verified people's sessions show as much`,
    unless: "",
  },
  "proven-before": {
    speaks: () => "showed in an earlier session what no person's browser does",
    excuses: () => "",
    unless: "",
  },
  "remembered-verdict": { speaks: () => "was convicted before", excuses: () => "", unless: "" },
};
