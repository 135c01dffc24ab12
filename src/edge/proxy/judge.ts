import { type Action, assert, type DistantGuard, type Exchange, type NoVerdict, type Verdict } from "#core";
import type { ActionContext } from "../actions/action.ts";
import { actions } from "../actions/index.ts";
import { increment } from "./counters.ts";
import type { GatewayState } from "./gateway-state.ts";
import type { Mode } from "./options.ts";

/** A decision and what is done about it. */
export interface Judged {
  readonly verdict: Verdict;
  /** Differs from the verdict's action in observe mode and where the fail mode answered. */
  readonly enforced: Action;
  /** Empty, or which fail mode answered for the engine. */
  readonly failure: "" | "open" | "closed";
  carryOut(context: ActionContext): void;
}

/** How a request's application and route want it judged. */
export interface JudgingTerms {
  readonly mode: Mode;
  readonly failMode: "open" | "closed";
}

/**
 * Asks the engine, and decides what its answer means here: `observe` mode never acts; where the engine throws, the
 * route's declared fail mode answers and is counted.
 */
export function judge(state: GatewayState, exchange: Exchange, terms: JudgingTerms): Judged {
  try {
    return judgedBy(state, state.guard.inspect(exchange), terms.mode);
  } catch {
    return unjudgedBy(state, exchange, terms.failMode);
  }
}

/**
 * What the answer of a distant guard means. Where none came in time, what stands for the client is done all the same,
 * and only then the fail mode decides: a flood that silences the engine must not lift a block.
 */
export function judgedFrom(
  state: GatewayState,
  answer: Verdict | NoVerdict,
  {
    exchange,
    terms,
    distant,
  }: { readonly exchange: Exchange; readonly terms: JudgingTerms; readonly distant: DistantGuard },
): Judged {
  try {
    if (typeof answer !== "string") return judgedBy(state, answer, terms.mode);
    state.counters.reason(answer);
    const standing = distant.standing(exchange);
    if (standing !== undefined) return judgedBy(state, standing, terms.mode);
  } catch {
    // What is no verdict is none.
  }
  return unjudgedBy(state, exchange, terms.failMode);
}

function judgedBy({ counters }: GatewayState, verdict: Verdict, mode: Mode): Judged {
  const handler = mode === "enforce" || verdict.action === "allow" ? actions[verdict.action] : actions.allow;
  // An engine that answers with what is no verdict has failed as much as one that throws.
  assert(
    handler !== undefined,
    `the engine chose the action "${verdict.action}", expected one of those in core/verdict.ts`,
  );
  if (mode === "enforce") increment(counters.actions, verdict.action);
  else if (verdict.action !== "allow") increment(counters.observed, verdict.action);
  return { verdict, enforced: mode === "enforce" ? verdict.action : "allow", failure: "", carryOut: handler.act };
}

function unjudgedBy({ counters }: GatewayState, exchange: Exchange, failMode: "open" | "closed"): Judged {
  increment(counters.failures, failMode);
  return failMode === "open" ? failedOpen(exchange) : failedClosed(exchange);
}

function unjudged(exchange: Exchange, action: Action): Verdict {
  return {
    action,
    kind: "unknown",
    score: { total: 0, behaviour: 0, presentation: 0 },
    signals: [],
    rule: null,
    watched: [],
    basis: "none",
    certifiedFpr: null,
    reference: exchange.id,
    revision: 0,
  };
}

function failedOpen(exchange: Exchange): Judged {
  return { verdict: unjudged(exchange, "allow"), enforced: "allow", failure: "open", carryOut: actions.allow.act };
}

function failedClosed(exchange: Exchange): Judged {
  const refuse = (context: ActionContext): void => context.refuse(503, { retryAfterSeconds: 5 });
  return { verdict: unjudged(exchange, "block"), enforced: "block", failure: "closed", carryOut: refuse };
}
