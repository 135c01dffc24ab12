import type { ActionHandler } from "./action.ts";

/** Refuses with 403 and a reference. The same answer whatever the reason, so that nothing can be learned by trying. */
export const block: ActionHandler = {
  name: "block",
  act(context) {
    context.refuse(403);
  },
};
