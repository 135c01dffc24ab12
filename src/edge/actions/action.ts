import type { Action, EdgeLimits, Exchange, Millis, Verdict } from "#core";

/** What an action may do with the request it is given. Exactly one of `forward` and `refuse` ends it. */
export interface ActionContext {
  readonly exchange: Exchange;
  readonly verdict: Verdict;
  readonly limits: EdgeLimits;
  /** Lets the request go to the origin. */
  forward(): void;
  /** Answers in the origin's place. Tells nothing about why. */
  refuse(status: number, options?: { readonly retryAfterSeconds?: number }): void;
  /** Adds a header that the origin sees. Name and value are ours, free of CR and LF. */
  addRequestHeader(name: string, value: string): void;
  /** Calls `then` later, unless the client leaves first. False: too many wait already, nothing will be called. */
  delay(spanMs: Millis, then: () => void): boolean;
}

/** One action, carried out at the edge. */
export interface ActionHandler {
  readonly name: Action;
  act(context: ActionContext): void;
}
