import { z } from "zod";
import { type Operation, OperationFault } from "../operation.ts";

/** `webhooks.retry`: a call that was given up is made again. */
export const retryWebhook: Operation<{ readonly id: string }, { readonly queued: true }> = {
  name: "webhooks.retry",
  summary: "Make a webhook call again that was given up.",
  effect: "write",
  permission: "operate",
  argument: "id",
  example: { id: "2f1c1f0e-8a55-4b0e-9f0a-6a1c6f2d9c11" },
  input: z.strictObject({ id: z.string().min(1).max(64).meta({ description: "Id of the dead letter." }) }),
  output: z.strictObject({ queued: z.literal(true) }),
  handle(context, { id }) {
    const { webhooks } = context.service;
    if (!webhooks.dead().some((letter) => letter.id === id))
      throw new OperationFault("not-found", `${JSON.stringify(id)}: there is no dead letter of that id`);
    context.change({ id });
    webhooks.retry(id);
    return { queued: true };
  },
};
