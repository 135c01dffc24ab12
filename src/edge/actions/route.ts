import type { ActionHandler } from "./action.ts";
import { block } from "./block.ts";

/** Sends the request to another application (a honeypot) by its name, `to`. Where there is none, refuses. */
export const route: ActionHandler = {
  name: "route",
  act(context) {
    if (!context.forwardTo(String(context.verdict.options?.to ?? ""))) block.act(context);
  },
};
