import type { ActionHandler } from "./action.ts";

/** Lets the request through; that it was noted is in the record, which every exchange has. */
export const log: ActionHandler = {
  name: "log",
  act(context) {
    context.forward();
  },
};
