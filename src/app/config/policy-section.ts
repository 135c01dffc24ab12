import { z } from "zod";
import { challengeSection } from "./challenge-section.ts";
import type { PolicyConfig } from "./config.ts";
import { fileText, nameText, networkText } from "./scalars.ts";
import { webhooksSection } from "./webhooks-section.ts";

/** The part of the schema about rules, lists and surges. */
export const policySection: z.ZodType<PolicyConfig> = z.strictObject({
  packs: z
    .array(nameText)
    .max(64)
    .default(["all"])
    .meta({
      description:
        "Packs of rules that come with Gait. Their rules watch until they are approved, asked after the answer so that no request waits for them. `all` is every pack, `[]` none.",
      examples: [["account-takeover", "carding"]],
    }),
  surgeFactor: z.number().min(0).max(100_000).default(50).meta({
    description:
      "A place asked this many times as often as usual is kept within what its origin is used to, people first. 0: off.",
  }),
  events: z
    .array(
      z.strictObject({
        name: nameText.meta({ description: "Shown to people." }),
        from: z.iso
          .datetime({ offset: true })
          .meta({ description: "When it begins.", examples: ["2026-11-27T09:00:00Z"] }),
        to: z.iso.datetime({ offset: true }).meta({ description: "When it is over." }),
        applications: z.array(nameText).max(100).default([]).meta({ description: "Empty: every application." }),
      }),
    )
    .max(1_000)
    .default([])
    .meta({ description: "When many visitors are wanted (launches, flash sales): then only automation waits." }),
  automatic: z.enum(["off", "review", "canary"]).default("review").meta({
    description:
      "What becomes of policies that Gait writes from convicted cohorts: none are written, they wait for review (watching), or they go to 1 % of sessions when their backtest is within the limit.",
  }),
  challenge: challengeSection.optional(),
  webhooks: webhooksSection,
  lists: z
    .record(nameText, fileText)
    .default({})
    .meta({
      description:
        "Lists that rules can ask for by name (`inList`): text files with one value, address or network a line, `#` for comments.",
      examples: [{ partners: "/etc/gait/partners.txt" }],
    }),
  rules: fileText.optional().meta({
    description: "Directory with the site's own rules (`*.yaml`). They come first and override packs by name.",
    examples: ["/etc/gait/rules"],
  }),
  allow: z
    .array(networkText)
    .max(100_000)
    .default([])
    .meta({
      description: "Addresses and networks that are never acted on. Wins over everything else.",
      examples: [["192.0.2.10", "2001:db8::/32"]],
    }),
  block: z
    .array(networkText)
    .max(100_000)
    .default([])
    .meta({
      description: "Addresses and networks that are refused when `mode` is `enforce`.",
      examples: [["198.51.100.0/24"]],
    }),
});
