import type { ActionHandler } from "./action.ts";

/** Holds the request for a while, then lets it through; 429 where too many are held already. */
export const throttle: ActionHandler = {
  name: "throttle",
  act(context) {
    if (!context.delay(context.limits.throttleMs, () => context.forward()))
      context.refuse(429, { retryAfterSeconds: 5 });
  },
};
