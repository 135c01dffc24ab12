import type { Action, ActionOptions, Hashed, Millis } from "#core";

/** What a standing decision is about. Sessions, accounts and tokens are keyed hashes. */
export type DecisionScope =
  | "address"
  | "network"
  | "session"
  | "account"
  | "token"
  | "fingerprint"
  | "behaviour"
  | "cohort";

/** A verdict that stands until it expires: an operator's word, or what a conviction or rule left behind. */
export interface Decision {
  readonly id: string;
  readonly scope: DecisionScope;
  /** Address, CIDR network, fingerprint (of presentation), behaviour or cohort as text; session, account or token as keyed hash. */
  readonly value: string | Hashed;
  readonly action: Action;
  readonly options?: ActionOptions | undefined;
  /** Shown by `gait explain`, never to the client. */
  readonly reason: string;
  readonly origin: "operator" | "conviction" | "rule";
  /** The cohort whose conviction this rests on; its exoneration lifts the decision. Empty: none. */
  readonly cohort: string;
  /** Wall clock of creation, for people. */
  readonly createdAt: Millis;
  /** By the monotonic clock; Infinity: until lifted. */
  readonly expiresAt: Millis;
}

/** The keys of one request, as far as they are known; "" and 0 mean unknown. May be a reused object. */
export interface DecisionKeys {
  readonly address: string;
  readonly session: Hashed;
  readonly account: Hashed;
  readonly token: Hashed;
  /** How the client presents itself: JA4. */
  readonly fingerprint: string;
  /** How it behaves, free of presentation. */
  readonly behaviour: string;
  readonly cohort: string;
}
