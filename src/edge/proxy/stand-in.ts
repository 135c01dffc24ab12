import type { AnswerPlan, Exchange, Millis, Verdict } from "#core";
import type { GatewayState } from "./gateway-state.ts";

/** An answer in the origin's place on its way. */
export interface StandIn {
  /** The request's body was read: an origin answers no sooner. */
  bodyRead(): void;
  cancel(): void;
}

/**
 * Answers as the origin would: after as long as the origin takes, and after the whole request was read. Undefined where
 * nothing fitting was learned or too many answers wait.
 */
export function beginStandIn(
  { treatments, delays, wheel, runtime }: GatewayState,
  about: {
    readonly exchange: Exchange;
    readonly verdict: Verdict;
    readonly startedAt: Millis;
    readonly body: "read" | "coming";
    readonly answer: (plan: AnswerPlan) => void;
  },
): StandIn | undefined {
  const plan = treatments?.plan(about.exchange, about.verdict);
  if (plan === undefined) return undefined;
  let due = false;
  let live = true;
  let read = about.body === "read";
  const answer = (): void => {
    if (!live || !due || !read) return;
    live = false;
    about.answer(plan);
  };
  const leftMs = Math.max(0, plan.waitMs - (wheel.read() - about.startedAt));
  const wait = (): void => {
    due = true;
    answer();
  };
  const cancel = delays.prompt(leftMs, wait, runtime.limits.throttledMax);
  if (cancel === undefined) return undefined;
  const bodyRead = (): void => {
    read = true;
    answer();
  };
  return {
    bodyRead,
    cancel() {
      live = false;
      cancel();
    },
  };
}
