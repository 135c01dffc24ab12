import type { Exchange, Guard, Hashed, Millis, Verdict } from "#core";

/**
 * The fast lane and what it remembers. Exchanges may be reused objects: nothing here keeps a reference to an
 * Exchange, its headers or its cookie lists after a call returns (strings may be kept, interned).
 */
export interface Engine extends Guard {
  /** The offline door: request and response are known at once. Same learning as inspect + observe, no verdict built. */
  exchange(exchange: Exchange): void;
  /** Closes sessions idle at `now` into their client's compact row. */
  sweep(now: Millis): void;
  /** Everybody seen, in no order; verdicts are computed when asked for, with everything learned so far. */
  clients(): Iterable<ClientView>;
}

/** One client (address and user agent, or a cookie identity) over all its sessions. Valid until the next step of the iteration. */
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
  /** When the running verdict first became automated or declared-bot: its request number and time. */
  readonly decidedAt: { readonly request: number; readonly time: Millis } | null;
  verdict(): Verdict;
}
