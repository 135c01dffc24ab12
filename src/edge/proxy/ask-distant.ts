import type { DistantGuard, Exchange } from "#core";
import type { GatewayState } from "./gateway-state.ts";
import { type Judged, type JudgingTerms, judgedFrom } from "./judge.ts";

/** A question to a guard in another thread. */
export interface DistantQuestion {
  readonly exchange: Exchange;
  readonly terms: JudgingTerms;
  /** The answer is here and is acted on. Called at most once, never within the question. */
  decided(judged: Judged): void;
  /** The answer of a request that went on without waiting. */
  noted(judged: Judged): void;
}

/** What became of the question at once. */
export interface DistantReply {
  /** Handle at the guard; -1 where it could not be asked. */
  readonly handle: number;
  /** `decided` will be called. `go on`: nobody waits. Else what is done in the answer's place. */
  readonly now: "wait" | "go on" | Judged;
}

/**
 * Has another thread judge. Where its word, or its silence, is acted on, the request is held until it comes; the
 * body waits with its sender. Where it is only recorded, nobody waits.
 */
export function askDistant(state: GatewayState, distant: DistantGuard, question: DistantQuestion): DistantReply {
  const { exchange, terms } = question;
  const known = { exchange, terms, distant };
  const waits = terms.mode === "enforce" || terms.failMode === "closed";
  const asked = waits
    ? distant.ask(exchange, (answer) => question.decided(judgedFrom(state, answer, known)))
    : distant.tell(exchange, (answer) => question.noted(judgedFrom(state, answer, known)));
  const told = asked === "verdict-circuit" ? distant.tell(exchange, () => undefined) : asked;
  const handle = typeof told === "number" ? told : -1;
  if (typeof asked !== "number") return { handle, now: judgedFrom(state, asked, known) };
  return { handle, now: waits ? "wait" : "go on" };
}
