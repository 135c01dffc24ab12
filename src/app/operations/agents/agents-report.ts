import { z } from "zod";
import type { AgentRow } from "../../agents/agent-ledger.ts";
import { type UndeclaredAgents, undeclaredAgents } from "../../agents/undeclared-agents.ts";
import type { ListAlarm } from "../../intel/load-networks.ts";
import type { Operation } from "../operation.ts";

/** How far back nameless programs are looked for. */
export interface AgentsReportInput {
  readonly hours: number;
}

/** The busiest first. */
export interface AgentsReportOutput {
  /** Requests since the gateway started, and those of agents that say who they are. */
  readonly requests: number;
  readonly since: number;
  readonly agents: readonly AgentRow[];
  /** Programs that say nothing of themselves, from the records of the last `hours`. */
  readonly hours: number;
  readonly undeclared: readonly UndeclaredAgents[];
  readonly alarms: readonly ListAlarm[];
}

const touches = z.array(z.strictObject({ path: z.string(), requests: z.number() }));

/** `agents.report`: agents on this site. */
export const agentsReport: Operation<AgentsReportInput, AgentsReportOutput> = {
  name: "agents.report",
  summary:
    "Agents on your site: who comes, how many, what they touch, what they cost and which obey; and programs that say nothing of themselves.",
  effect: "read",
  permission: "look",
  example: { hours: 24 },
  input: z.strictObject({
    hours: z
      .number()
      .min(1)
      .max(720)
      .default(24)
      .meta({ description: "How far back nameless programs are looked for." }),
  }),
  output: z.strictObject({
    requests: z.number(),
    since: z.number(),
    agents: z.array(
      z.strictObject({
        name: z.string(),
        operator: z.string(),
        purpose: z.string(),
        requests: z.number(),
        addresses: z.number(),
        standings: z.record(z.string(), z.number()),
        bytes: z.number(),
        milliseconds: z.number(),
        touches,
        readRobots: z.boolean(),
        disallowed: z.number(),
        unwantedUse: z.number(),
        obeys: z.boolean().nullable(),
        examples: z.array(z.string()),
        documentation: z.string(),
      }),
    ),
    hours: z.number(),
    undeclared: z.array(
      z.strictObject({
        found: z.enum(["cohort", "swarm", "single"]),
        id: z.string(),
        userAgent: z.string(),
        requests: z.number(),
        addresses: z.number(),
        bytes: z.number(),
        milliseconds: z.number(),
        touches,
        readRobots: z.number(),
        reasons: z.array(z.string()),
      }),
    ),
    alarms: z.array(z.strictObject({ list: z.string(), text: z.string() })),
  }) as unknown as z.ZodType<AgentsReportOutput>,
  async handle({ service, query, now }, { hours }) {
    const from = now - hours * 3_600_000;
    const undeclared = await undeclaredAgents(query, service.engine.cohorts(), from);
    return { ...service.agentReport(), since: service.startedAt, hours, undeclared };
  },
};
