import type { ActionHandler } from "./action.ts";

/**
 * Hands over to the application's own verification. With `to: header` the origin is told and decides; with a path in `to`
 * people are sent there and programs are told where it is; without either the step is refused in words people understand.
 */
export const stepUp: ActionHandler = {
  name: "step-up",
  act(context) {
    const to = String(context.verdict.options?.to ?? "");
    if (to === "header") {
      context.addRequestHeader("X-Gait-Action", "step-up");
      context.forward();
      return;
    }
    const title = "Please confirm that it is you";
    context.refuse(403, to.startsWith("/") ? { title, location: to } : { title });
  },
};
