import type { ActionHandler } from "./action.ts";
import { block } from "./block.ts";

/** Answers as the origin would have: its own failure, or a success that is none. Where nothing was learned yet, refuses. */
export const deceive: ActionHandler = {
  name: "deceive",
  act(context) {
    if (!context.answerAsOrigin()) block.act(context);
  },
};
