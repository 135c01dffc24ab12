import type { ActionOptions } from "./treatment.ts";

/** What is done with a request. A webhook is a side effect, not an action. */
export type Action =
  | "allow"
  | "tag"
  | "log"
  | "throttle"
  | "step-up"
  | "hold"
  | "challenge"
  | "deceive"
  | "tarpit"
  | "route"
  | "block";

/** What a client is taken to be. */
export type Kind = "human" | "verified-agent" | "declared-bot" | "automated" | "unknown";

/** 0-100, higher is worse. Behaviour and presentation come from disjoint evidence. */
export interface Score {
  readonly total: number;
  readonly behaviour: number;
  readonly presentation: number;
}

/**
 * One detector's finding, weighed in nats (natural log-odds); 0 says nothing, negative speaks for a person.
 * Signals of one group share a benign cause: they are summed and capped together.
 */
export interface Signal {
  readonly detector: string;
  /** What kind of behaviour this speaks about: "orchestration", "rhythm", "enumeration", "presentation"… */
  readonly axis: string;
  readonly group: string;
  readonly nats: number;
  readonly evidence: Readonly<Record<string, string | number>>;
}

/** An agent and how far its identity goes: proven by signature, by address or name, claimed only, or refuted. */
export interface AgentSeen {
  readonly name: string;
  readonly standing: "signed" | "verified" | "claimed" | "impostor";
}

/** What was decided, and everything it rested on. */
export interface Verdict {
  readonly action: Action;
  readonly kind: Kind;
  readonly score: Score;
  readonly signals: readonly Signal[];
  /** The rule that acted, or null. */
  readonly rule: string | null;
  /** Rules that matched without acting, as far as they were asked before the answer: those that only watch are asked after it. */
  readonly watched: readonly string[];
  readonly basis: "list" | "rule" | "prior" | "certified" | "none";
  /** A false-positive bound, only once enough clean groups were seen. */
  readonly certifiedFpr: number | null;
  readonly reference: string;
  /** The agent this request belongs to, where one declared itself or proved who it is. */
  readonly agent?: AgentSeen | undefined;
  /** Version of the snapshot (policy and learned tables) that judged. */
  readonly revision: number;
  /** How the action is carried out, where its rule says more than its name. */
  readonly options?: ActionOptions | undefined;
}
