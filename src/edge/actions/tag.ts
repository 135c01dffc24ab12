import type { ActionHandler } from "./action.ts";

/**
 * Tells the origin what the client is taken to be and lets it decide. Headers of these names sent by clients are
 * dropped, so the origin may believe them.
 */
export const tag: ActionHandler = {
  name: "tag",
  act(context) {
    context.addRequestHeader("X-Gait-Kind", context.verdict.kind);
    context.addRequestHeader("X-Gait-Score", String(Math.round(context.verdict.score.total)));
    context.forward();
  },
};
