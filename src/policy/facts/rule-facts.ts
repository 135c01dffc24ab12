import type { Exchange, Hashed, Verdict } from "#core";
import type { Subject, Vocabulary } from "../language/vocabulary.ts";

/** Who a request belongs to, as far as the engine knows; 0 and "" are unknown. */
export interface RequestIdentity {
  /** Stable for a session; decides its share of canary traffic. */
  readonly session: Hashed;
  /** Stable for whoever is behind several sessions; what throttles count by. */
  readonly actor: Hashed;
  /** The account that the request names or that its session was let in to. */
  readonly account: Hashed;
  /** The convicted cohort that the session belongs to. */
  readonly cohort: string;
  /** Behavioural fingerprint, free of presentation. */
  readonly fingerprint: string;
}

/**
 * When facts move by a request: as it comes, where some rule acts and must know at once, or with its answer, off its path.
 * Then the requests of a session that overlap are counted together: each sees all of them.
 */
export type FactMoment = "request" | "answer";

/**
 * What rules may ask of a request and how it is answered. Policy reads it; who fills it knows the engine. Asked once per
 * request, right after the engine judged it.
 */
export interface RuleFacts {
  readonly vocabulary: Vocabulary;
  /** Begins to keep what these reads (names of `Condition.reads`) need; nothing else is kept. */
  follow(reads: Iterable<string>): void;
  /** From now on facts move at this moment. Requests that are under way at a change move twice, or not at all. */
  moveWith(moment: FactMoment): void;
  /**
   * Calls `ask` once for each request whose answer, or whose want of one, is known and has taught nothing yet: `subject` and
   * `identity` then speak of it. Where its session ended meanwhile nobody is asked.
   */
  onAnswer(ask: (exchange: Exchange) => void): void;
  /** Takes the operators' lists. */
  listWith(lookup: Subject["inList"]): void;
  /** Facts of the request that was judged last. Reused: valid until the next call. */
  subject(exchange: Exchange, judged: Verdict): Subject;
  /** Reused: valid until the next call. */
  identity(exchange: Exchange, judged: Verdict): RequestIdentity;
}
