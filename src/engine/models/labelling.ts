import type { Signal } from "#core";
import type { CounterName } from "../features/counters.ts";
import type { Vote } from "./dawid-skene.ts";

/** What a labelling function looks at when a session ends. */
export interface LabelSubject {
  readonly signals: readonly Signal[];
  /** Let in with pages that loaded and cookies that came back. */
  readonly anchored: boolean;
  /** The user agent says it is a bot. */
  readonly declared: boolean;
  /** Days bin of the jar: 2 from the second day on. */
  readonly jarAge: number;
}

/** A rule of thumb that votes on some sessions and is silent on the others. */
export interface LabellingFunction {
  readonly name: string;
  /** Counters that it reads, directly or through detectors: none of them may be a feature of the models. */
  readonly reads: readonly CounterName[];
  vote(subject: LabelSubject): Vote;
}

function raised(detectors: readonly string[], natsLeast: number): (subject: LabelSubject) => Vote {
  const named: ReadonlySet<string> = new Set(detectors);
  return ({ signals }) => {
    for (const { detector, nats } of signals) if (nats >= natsLeast && named.has(detector)) return 1;
    return -1;
  };
}

/**
 * Weak labels (Ratner et al., "Data programming", NeurIPS 2016): none is true, and how good each is, is found from how they
 * agree (`dawidSkene`). What none of them touches stays at the base rate: a campaign that no rule of thumb sees is not
 * learned from, which is why these models only add to what cohorts find.
 */
export const labellingFunctions: readonly LabellingFunction[] = [
  { name: "convicted cohort", reads: [], vote: raised(["convicted-cohort"], 3) },
  {
    name: "impossible jar",
    reads: [],
    vote: raised(["cookie-never-issued", "cookie-out-of-scope", "cookie-ghost", "cookie-duplicate"], 1),
  },
  {
    name: "failed log-ins",
    reads: ["loginFailures", "loginQuick", "accounts"],
    vote: raised(["auth-failures", "auth-speed", "auth-spread"], 1),
  },
  { name: "scan", reads: ["notFound"], vote: raised(["not-found-scan"], 1) },
  { name: "walk over numbers", reads: ["walkSteps", "idRequests"], vote: raised(["id-walk", "enumeration"], 1) },
  { name: "tokens made up", reads: [], vote: raised(["token-without-issuance"], 1) },
  { name: "says it is a bot", reads: [], vote: ({ declared }) => (declared ? 1 : -1) },
  {
    name: "let in as people are",
    reads: ["pagesClosed", "pagesExpecting", "cookieReturned", "cookieChances"],
    vote: ({ anchored }) => (anchored ? 0 : -1),
  },
  { name: "a jar of an earlier day", reads: [], vote: ({ jarAge }) => (jarAge >= 2 ? 0 : -1) },
];
