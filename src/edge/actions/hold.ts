import type { ActionHandler } from "./action.ts";

/**
 * Holds a sensitive step. With `to: header` the origin takes it in and puts it aside (`X-Gait-Action: hold`); otherwise the
 * step is refused for now, in words people understand.
 */
export const hold: ActionHandler = {
  name: "hold",
  act(context) {
    if (context.verdict.options?.to === "header") {
      context.addRequestHeader("X-Gait-Action", "hold");
      context.forward();
      return;
    }
    context.refuse(403, { title: "This step needs a second look before it goes on" });
  },
};
