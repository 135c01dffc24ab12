import type { Limit } from "./limit.ts";

type PolicyLimit =
  | "packBytesMax"
  | "packRulesMax"
  | "ruleFilesMax"
  | "rulesMax"
  | "problemsMax"
  | "decisionsMax"
  | "guardrailSessionsMax"
  | "versionsMax"
  | "factsWaitingMax"
  | "answerPlacesMax"
  | "answerBytesMax"
  | "bucketsMax"
  | "decoysMax"
  | "listValuesMax"
  | "pastVerdictsMax"
  | "proposalsMax"
  | "refusalsMax"
  | "challengesMax"
  | "webhooksWaitingMax"
  | "webhooksDeadMax"
  | "webhooksToldMax"
  | "surgePlacesMax";

/** Caps of rules and standing decisions. */
export const policyLimits: Readonly<Record<PolicyLimit, Limit>> = {
  packBytesMax: {
    default: 1_048_576,
    unit: "bytes",
    why: "a pack is written by people; a larger file is a mistake or an attack",
  },
  packRulesMax: { default: 500, unit: "count", why: "rules of one pack" },
  ruleFilesMax: { default: 256, unit: "count", why: "files in the directory of the site's own rules" },
  rulesMax: { default: 4096, unit: "count", why: "rules loaded at once; their positions are 16 bits" },
  problemsMax: { default: 50, unit: "count", why: "mistakes reported at once" },
  decisionsMax: {
    default: 200_000,
    unit: "count",
    why: "standing decisions; a full table refuses new ones and says so, it never drops old ones",
  },
  guardrailSessionsMax: {
    default: 10_000,
    unit: "count",
    why: "sessions remembered per rule whose effect on people is watched, so that each counts once",
  },
  versionsMax: { default: 500, unit: "count", why: "versions of the rules that are kept; the oldest leave" },
  factsWaitingMax: {
    default: 65_536,
    unit: "count",
    why: "judged requests whose answer is still out: rules that watch are asked with it; the oldest are forgotten, unasked",
  },
  answerPlacesMax: {
    default: 200,
    unit: "count",
    why: "kinds of answers whose look is known, by application, method and shape of path; those used least lately leave",
  },
  answerBytesMax: { default: 8_192, unit: "bytes", why: "body of an answer that is kept to learn its look" },
  bucketsMax: {
    default: 100_000,
    unit: "count",
    why: "actors counted by throttling rules; the oldest leave, which gives an actor its rate anew and nobody a block",
  },
  decoysMax: { default: 50_000, unit: "count", why: "decoy values that are recognised when they come back" },
  listValuesMax: { default: 1_000_000, unit: "count", why: "values of one list that rules ask for" },
  pastVerdictsMax: {
    default: 50_000,
    unit: "count",
    why: "lapsed verdicts remembered to see who comes through in other clothes; the oldest are forgotten",
  },
  proposalsMax: { default: 200, unit: "count", why: "policies that Gait writes by itself between two starts" },
  refusalsMax: {
    default: 10_000,
    unit: "count",
    why: "refused requests whose sender can be unblocked by the reference alone; the oldest are known by their address",
  },
  challengesMax: {
    default: 50_000,
    unit: "count",
    why: "sessions that solved a challenge; the oldest leave and are asked again. As many solutions in two minutes are taken",
  },
  webhooksWaitingMax: {
    default: 1_000,
    unit: "count",
    why: "calls to the operator's webhooks that wait for their turn or their next try; what comes beyond is a dead letter",
  },
  webhooksDeadMax: {
    default: 200,
    unit: "count",
    why: "calls that were given up and can be made again; the oldest leave",
  },
  webhooksToldMax: {
    default: 20_000,
    unit: "count",
    why: "accounts and sessions that a webhook was told of, so that it is told once; the oldest leave and may be told again",
  },
  surgePlacesMax: {
    default: 5_000,
    unit: "count",
    why: "places whose usual load is known, by application, method and shape of path",
  },
};
