import { z } from "zod";
import type { BotPurpose } from "#core";
import type { AgentLaneConfig, AgentsConfig } from "./config.ts";
import { fileText, nameText } from "./scalars.ts";

const purposes = [
  "train",
  "search",
  "user-triggered",
  "monitor",
  "seo",
  "preview",
  "archive",
  "security",
  "tool",
  "feed",
  "other",
] as const satisfies readonly BotPurpose[];

const agentLane: z.ZodType<AgentLaneConfig> = z.strictObject({
  agents: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(256)
    .optional()
    .meta({ description: "Names as `gait agents list` prints them, without regard to case.", examples: [["GPTBot"]] }),
  purposes: z
    .array(z.enum(purposes))
    .min(1)
    .optional()
    .meta({ description: "Why it comes.", examples: [["train", "seo"]] }),
  standings: z
    .array(z.enum(["signed", "verified", "claimed", "impostor"]))
    .min(1)
    .optional()
    .meta({ description: "How far its identity was proven.", examples: [["claimed"]] }),
  tags: z
    .array(nameText)
    .min(1)
    .max(32)
    .optional()
    .meta({ description: "Tags of the endpoint or the application, any of them.", examples: [["login", "checkout"]] }),
  delegated: z.boolean().optional().meta({ description: "Whether a person is logged in through it." }),
  action: z
    .union([
      z.enum(["allow", "step-up", "tag", "deceive", "block"]),
      z.strictObject({
        perMinute: z.number().int().min(0).max(1_000_000).meta({ description: "Requests a minute, per agent." }),
      }),
    ])
    .meta({ description: "What it may do; `perMinute` is a budget, beyond which it is slowed.", examples: ["block"] }),
});

/** `agents` of the configuration: what agents and declared bots may do. */
export const agentsSection: z.ZodType<AgentsConfig, unknown> = z.strictObject({
  preset: z
    .enum(["none", "welcome-search-refuse-training", "user-triggered-only", "signed-only"])
    .default("none")
    .meta({
      description:
        "Ready-made lanes for agents (docs/agents.md). `none`: agents are identified and counted, nothing is done.",
    }),
  lanes: z
    .array(agentLane)
    .max(256)
    .default([])
    .meta({ description: "Lanes of your own, asked before the preset's. The first that fits decides." }),
  robotsFile: fileText.optional().meta({
    description:
      "robots.txt that agents are held to in reports. Without it each application's own is fetched from its upstream.",
    examples: ["/etc/gait/robots.txt"],
  }),
  serveRobots: z.boolean().default(false).meta({
    description: "Whether the gateway answers /robots.txt with `robotsFile` in the applications' place.",
  }),
  inviteSignatures: z.boolean().default(false).meta({
    description:
      "Whether refusals carry `Accept-Signature`, which tells an agent that it may prove who it is (Web Bot Auth). All do, so that it tells nothing about why.",
  }),
});
