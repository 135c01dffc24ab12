import type { Exchange, Hashed } from "#core";
import type { Facts } from "../features/facts.ts";
import type { FeatureState } from "../features/state.ts";
import { foldHashed } from "../sessions/text-hash.ts";
import { type SessionBook, sessionSum } from "./session-book.ts";

/**
 * The account of a request: the one it names, else the one that its session was let in to; 0: none. Most applications are
 * told an account once, at the log-in, and know it by a cookie afterwards: without the session, what follows a log-in would be
 * nobody's.
 */
export function requestAccount(
  sessions: SessionBook | undefined,
  { slot }: Pick<Facts, "slot">,
  { request }: Pick<Exchange, "request">,
): Hashed {
  return request.account || (sessions?.sum(slot, sessionSum.account) ?? 0);
}

/** Hash of the cookie that a session is known by; 0: none. */
export function jarOf({ sessions }: Pick<FeatureState, "sessions">, slot: number): number {
  const identity = sessions.identityOf(slot);
  return identity === 0 ? 0 : foldHashed(identity) || 1;
}
