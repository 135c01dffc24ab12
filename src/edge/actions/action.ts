import type { Action, EdgeLimits, Exchange, Millis, Verdict } from "#core";

/** A document of our own making. Names and values are ours, free of CR and LF. */
export interface OwnDocument {
  readonly contentType: string;
  readonly text: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What a refusal says besides its status. */
export interface RefusalOptions {
  readonly retryAfterSeconds?: number;
  /** In words for people, in place of the status's own. */
  readonly title?: string;
  /** Where a person can go on. */
  readonly location?: string;
  /** In place of what a refusal says. */
  readonly document?: OwnDocument;
}

/** What an action may do with the request it is given. Exactly one of `forward` and `refuse` ends it. */
export interface ActionContext {
  readonly exchange: Exchange;
  readonly verdict: Verdict;
  readonly limits: EdgeLimits;
  /** Lets the request go to the origin. */
  forward(): void;
  /** Answers in the origin's place. Tells nothing about why. */
  refuse(status: number, options?: RefusalOptions): void;
  /**
   * Answers in the origin's place with what was learned of its own answers. False: nothing fitting was learned, or too
   * many answers wait already; nothing was done.
   */
  answerAsOrigin(): boolean;
  /** Sends the request to another application's origin. False: there is none of that name; nothing was done. */
  forwardTo(application: string): boolean;
  /** Adds a header that the origin sees. Name and value are ours, free of CR and LF. */
  addRequestHeader(name: string, value: string): void;
  /** Calls `then` later, unless the client leaves first. False: `heldMax` or more wait already, nothing will be called. */
  delay(spanMs: Millis, heldMax: number, then: () => void): boolean;
}

/** One action, carried out at the edge. */
export interface ActionHandler {
  readonly name: Action;
  act(context: ActionContext): void;
}
