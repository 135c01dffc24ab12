import { z } from "zod";
import type { DeadLetter, WebhookCounts } from "../../policy/webhook-desk.ts";
import type { Operation } from "../operation.ts";

/** Who is called, how it goes, and what was given up. */
export interface ListWebhooksOutput {
  readonly webhooks: readonly { readonly name: string; readonly url: string }[];
  readonly counts: WebhookCounts;
  readonly dead: readonly DeadLetter[];
}

/** `webhooks.list`: destinations, what waits, and the dead letters. */
export const listWebhooks: Operation<Readonly<Record<string, never>>, ListWebhooksOutput> = {
  name: "webhooks.list",
  summary: "Webhooks that rules call, how many calls wait, and the calls that were given up, the latest first.",
  effect: "read",
  permission: "look",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: z.strictObject({
    webhooks: z.array(z.strictObject({ name: z.string(), url: z.string() })),
    counts: z.strictObject({ waiting: z.number(), delivered: z.number(), dead: z.number(), forgotten: z.number() }),
    dead: z.array(
      z.strictObject({
        id: z.string(),
        webhook: z.string(),
        at: z.number(),
        rule: z.string(),
        reference: z.string(),
        tries: z.number(),
        detail: z.string(),
      }),
    ),
  }),
  handle({ service: { webhooks } }) {
    return {
      // A query may hold a key of the receiver's; where it goes is enough.
      webhooks: webhooks.targets.map(({ name, url }) => ({ name, url: withoutQuery(url) })),
      counts: webhooks.counts(),
      dead: webhooks.dead(),
    };
  },
};

function withoutQuery(text: string): string {
  const url = new URL(text);
  url.search = "";
  url.username = "";
  url.password = "";
  return url.href;
}
