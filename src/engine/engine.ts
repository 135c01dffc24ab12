import type { Exchange, engineLimits, Guard, Hashed, Intel, LimitValues, Millis, Signal, Trail, Verdict } from "#core";
import type { CompromisedAccount } from "./auth/account-risk.ts";
import type { ContextShift } from "./auth/context-shift.ts";
import type { CohortView } from "./cohorts/cohort-view.ts";
import type { EndpointView } from "./endpoints/endpoint-table.ts";
import type { LiveFacts } from "./facts/index.ts";
import type { LearnedState } from "./learned/index.ts";
import type { EngineModels } from "./parts/hindsight-part.ts";
import type { NetworkPart } from "./parts/network-part.ts";

/**
 * The fast lane and what it remembers. Exchanges may be reused objects: nothing here keeps a reference to an
 * Exchange, its headers or its cookie lists after a call returns (strings may be kept, interned).
 */
export interface Engine extends Guard {
  /** What rules may ask about the request judged last. */
  readonly facts: LiveFacts;
  /** The offline door: request and response are known at once. Same learning as inspect + observe, no verdict built. */
  exchange(exchange: Exchange): void;
  /** A verdict with the evidence of rules added; groups, caps and kind are worked out anew. Pure. */
  reweigh(judged: Verdict, more: readonly Signal[]): Verdict;
  /** Closes sessions idle at `now` into their client's compact row. */
  sweep(now: Millis): void;
  /** Everybody seen, in no order; verdicts are computed when asked for, with everything learned so far. */
  clients(): Iterable<ClientView>;
  /** The endpoint templates learned so far. */
  endpoints(): Iterable<EndpointView>;
  /** Sessions judged together, convicted ones first, with their case in words. */
  cohorts(): readonly CohortView[];
  /** Accounts that may be in other hands, most recent first. */
  compromisedAccounts(): readonly CompromisedAccount[];
  /** How this hour's log-ins differ from the same hour of earlier weeks; undefined while that hour was never seen. */
  loginShift(): ContextShift | undefined;
  /** Where the exchange inspected last belongs. The object is filled anew by the next call; copy what must stay. */
  trail(): Trail;
  /** What was learned and found, to be written down and put back. */
  readonly learned: Pick<
    LearnedState,
    "save" | "restore" | "graph" | "budget" | "peopleSeen" | "earlierVisits" | "fingerprint"
  >;
  /** Models of sessions, trained on another thread, and what discovery shows. */
  readonly models: EngineModels;
  /** What convictions have taught of networks, and what is known of one address. */
  readonly networks: Pick<NetworkPart, "describe" | "view">;
  /** What is held and what had to be let go: nothing is lost silently. */
  census(): Census;
}

/** How an engine is made; everything has a default. */
export interface EngineOptions {
  /** What the world knows about user agents and addresses. Default: nothing. */
  readonly intel?: Intel;
  readonly limits?: Partial<LimitValues<typeof engineLimits>>;
  /** Seed of the tables' hashes, drawn per installation so that nobody can prepare collisions. */
  readonly seed?: number;
  /** Judge as if user agents had not been seen; clients still are told apart by them. */
  readonly maskUserAgents?: boolean;
  /** Version of the snapshot that judges, printed in verdicts. */
  readonly revision?: number;
}

/** What an engine holds, for reports and limits. */
export interface Census {
  readonly sessions: number;
  readonly clients: number;
  readonly endpoints: number;
  /** Sessions closed before they were idle because slots ran out. */
  readonly sessionsEvicted: number;
  /** Clients whose row had to be given up, and the requests they had made. */
  readonly clientsForgotten: number;
  readonly requestsForgotten: number;
  /** Typed-array bytes of one live session and of one idle client, indexes included at their present load. */
  readonly bytesPerSession: number;
  readonly bytesPerClient: number;
}

/**
 * One client: address and user agent and, where its cookie came back, that cookie identity. Several views may share an
 * address and user agent (people behind one NAT). Valid until the next step of the iteration.
 */
export interface ClientView {
  /** Stable while the engine lives. */
  readonly id: number;
  readonly application: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly requests: number;
  readonly sessions: number;
  readonly firstSeen: Millis;
  readonly lastSeen: Millis;
  /** Identity by a first-party cookie we saw issued, or 0. Links clients of one person across addresses. */
  readonly cookieIdentity: Hashed;
  readonly account: Hashed;
  /** Behavioural cohort this client was judged with, or "" when it stood alone. */
  readonly cohort: string;
  /**
   * When the running verdict first became automated or declared-bot: its request number and time. Offline the running
   * verdict is looked at after 2, 4, 8, … requests and every 64, so the number may be late by that much.
   */
  readonly decidedAt: { readonly request: number; readonly time: Millis } | null;
  verdict(): Verdict;
}
