import type { ActionHandler } from "./action.ts";

/** Lets the request through unchanged. */
export const allow: ActionHandler = {
  name: "allow",
  act(context) {
    context.forward();
  },
};
