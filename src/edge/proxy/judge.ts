import { type Action, assert, type Exchange, type Verdict } from "#core";
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

/**
 * Asks the engine, and decides what its answer means here: `observe` mode never acts; where the engine throws, the
 * route's declared fail mode answers and is counted.
 */
export function judge(
  state: GatewayState,
  exchange: Exchange,
  { mode, failMode }: { readonly mode: Mode; readonly failMode: "open" | "closed" },
): Judged {
  const { counters, guard } = state;
  try {
    const verdict = guard.inspect(exchange);
    const handler = mode === "enforce" || verdict.action === "allow" ? actions[verdict.action] : actions.allow;
    // An engine that answers with what is no verdict has failed as much as one that throws.
    assert(
      handler !== undefined,
      `the engine chose the action "${verdict.action}", expected one of those in core/verdict.ts`,
    );
    if (mode === "enforce") increment(counters.actions, verdict.action);
    else if (verdict.action !== "allow") increment(counters.observed, verdict.action);
    return { verdict, enforced: mode === "enforce" ? verdict.action : "allow", failure: "", carryOut: handler.act };
  } catch {
    increment(counters.failures, failMode);
    return failMode === "open" ? failedOpen(exchange) : failedClosed(exchange);
  }
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
