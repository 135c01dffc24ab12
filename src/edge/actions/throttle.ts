import type { ActionHandler } from "./action.ts";

/**
 * Slows down. Where a rule counted requests (`retryAfterSeconds`), whoever is over its rate is told when to come back;
 * otherwise the request is held for a while and let through, with 429 where too many are held already.
 */
export const throttle: ActionHandler = {
  name: "throttle",
  act(context) {
    const retryAfterSeconds = Number(context.verdict.options?.retryAfterSeconds ?? 0);
    if (retryAfterSeconds > 0) {
      context.refuse(429, { retryAfterSeconds });
      return;
    }
    const { throttleMs, throttledMax } = context.limits;
    if (!context.delay(throttleMs, throttledMax, () => context.forward()))
      context.refuse(429, { retryAfterSeconds: 5 });
  },
};
