import type { ActionHandler } from "./action.ts";
import { block } from "./block.ts";

const secondsDefault = 20;
const secondsMax = 120;

/**
 * Keeps a client waiting, then refuses. Costs a timer and a connection here, and as many as `tarpittedMax` at once; the next
 * one is refused at once, so that a flood of clients cannot make us hold more than we chose to.
 */
export const tarpit: ActionHandler = {
  name: "tarpit",
  act(context) {
    const seconds = Math.min(secondsMax, Math.max(1, Number(context.verdict.options?.seconds ?? secondsDefault)));
    if (!context.delay(seconds * 1_000, context.limits.tarpittedMax, () => block.act(context))) block.act(context);
  },
};
