import type { Exchange, Hashed, Millis } from "./exchange.ts";
import type { Verdict } from "./verdict.ts";

/** The engine as connectors see it. Synchronous and bounded: no await, no disk, no network. */
export interface Guard {
  /** Judges a request before the origin sees it. May throw; the route's fail mode then answers. */
  inspect(exchange: Exchange): Verdict;
  /** Learns from the finished exchange. Called once per inspected exchange, also when the origin never answered. */
  observe(exchange: Exchange): void;
}

/** Time as an argument: judgement never reads a clock of its own. */
export interface Clock {
  /** Wall clock, for records and for what people read. May jump. */
  now(): Millis;
  /** Monotonic, for limits and lifetimes. Never goes back. */
  monotonic(): Millis;
}

/** Where the engine put an exchange: what joins one request to others. */
export interface Trail {
  /** Number of the session since the process started; 0: none. */
  readonly session: number;
  /** First-party cookie identity, keyed hash; 0: none. */
  readonly identity: Hashed;
  /** Path template of the endpoint: `/product/{x}`. */
  readonly template: string;
  /** Cohort whose conviction holds for this client; empty: none. */
  readonly cohort: string;
}

/** One decision as it is handed to the store: the exchange, the verdict and what was done. */
export interface DecisionRecord {
  readonly sequence: number;
  readonly exchange: Exchange;
  readonly verdict: Verdict;
  /** The action carried out; differs from the verdict's in observe mode. */
  readonly enforced: Verdict["action"];
  /** Path as it may be kept: without query, secret-looking segments masked. */
  readonly path: string;
  readonly session: string;
  readonly actor: string;
  readonly trail: Trail;
  /** Microseconds that judging took. */
  readonly decisionUs: number;
  /** Why the engine did not judge, where the fail mode answered; empty otherwise. */
  readonly failure: string;
}

/** Where decisions are remembered. `append` never blocks and never throws; what it cannot take it counts. */
export interface RecordStore {
  append(record: DecisionRecord): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Why a distant guard gave no verdict in time; a code that is counted. */
export type NoVerdict = "verdict-late" | "verdict-busy" | "verdict-circuit" | "verdict-failed";

/**
 * The guard as a thread sees it that does not own it: it asks and is told. Like `Guard` it is bounded: what cannot be
 * asked, or is not answered within the limit `verdictMs`, is answered by the caller's fail mode.
 */
export interface DistantGuard {
  /**
   * Asks for a verdict. `decided` is called once, never within this call; not at all once `forget` was called.
   *
   * @returns A handle for `forget` and `observe`, or why nothing could be asked; then `decided` is never called.
   */
  ask(exchange: Exchange, decided: (verdict: Verdict | NoVerdict) => void): number | NoVerdict;
  /** Asks as above where nobody waits for the verdict: no limit of time holds, and failures are not told. */
  tell(exchange: Exchange, decided: (verdict: Verdict | NoVerdict) => void): number | NoVerdict;
  /** Nobody waits for this verdict any more. */
  forget(handle: number): void;
  /** As `Guard.observe`; ends the handle. Called once per handle. */
  observe(handle: number, exchange: Exchange): void;
  /** What stands for a client whoever judges: the last word that was published, where no verdict came. */
  standing(exchange: Exchange): Verdict | undefined;
}

/** Standing decisions as published to threads that do not own them. */
export interface StandingDecisions {
  /** @param now The reader's own monotonic clock. */
  lookup(exchange: Exchange, now: Millis): Verdict | undefined;
}
