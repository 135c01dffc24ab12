import { z } from "zod";
import type { CategoryCount, NetworkRiskRow } from "#engine";
import type { ListAlarm } from "../../intel/load-networks.ts";
import type { Operation } from "../operation.ts";

/** Which networks. */
export interface LearnedNetworksInput {
  readonly contains?: string | undefined;
  readonly limit: number;
}

/** The riskiest first. */
export interface LearnedNetworksOutput {
  readonly total: number;
  readonly networks: readonly NetworkRiskRow[];
  /** Sessions by category of their network since the start, and what became of them. */
  readonly categories: readonly CategoryCount[];
  /** Addresses suspected by now to be exits of a residential proxy. */
  readonly suspects: number;
  /** What is wrong with the lists: never fetched, refused, too old. */
  readonly alarms: readonly ListAlarm[];
}

/** `intel.networks`: what convictions have taught of the networks sessions come from. */
export const learnedNetworks: Operation<LearnedNetworksInput, LearnedNetworksOutput> = {
  name: "intel.networks",
  summary:
    "Networks by learned risk: convictions, people and sessions of each (halved every 30 days), what it weighs, and when it last taught something.",
  effect: "read",
  permission: "look",
  example: { contains: "AS64500" },
  input: z.strictObject({
    contains: z.string().max(200).optional().meta({ description: "Part of the network or its operator's name." }),
    limit: z.int().min(1).max(1_000).default(50).meta({ description: "Networks at most." }),
  }),
  output: z.strictObject({
    total: z.number(),
    networks: z.array(
      z.strictObject({
        network: z.string(),
        kind: z.enum(["operator", "prefix"]),
        risk: z.number().meta({ description: "Expected share of automation, 0-1." }),
        times: z.number().meta({ description: "How many times the average of this installation." }),
        nats: z.number().meta({ description: "What it weighs as presentation, 0 to 1." }),
        convicted: z.number(),
        people: z.number(),
        sessions: z.number(),
        learnedAt: z.number(),
        holder: z.string(),
      }),
    ),
    categories: z.array(
      z.strictObject({ category: z.string(), sessions: z.number(), convicted: z.number(), people: z.number() }),
    ),
    suspects: z.number(),
    alarms: z.array(z.strictObject({ list: z.string(), text: z.string() })),
  }) as unknown as z.ZodType<LearnedNetworksOutput>,
  handle({ service }, { contains, limit }) {
    const { networks, categories, suspects } = service.engine.networks.view();
    const fitting = networks.filter(
      ({ network, holder }) => contains === undefined || network.includes(contains) || holder.includes(contains),
    );
    return {
      total: fitting.length,
      networks: fitting.slice(0, limit).map(rounded),
      categories,
      suspects,
      alarms: service.agentReport().alarms,
    };
  },
};

function rounded({
  network,
  kind,
  risk,
  times,
  nats,
  convicted,
  people,
  sessions,
  learnedAt,
  holder,
}: NetworkRiskRow): NetworkRiskRow {
  const to = (value: number, digits: number): number => Number(value.toFixed(digits));
  return {
    network,
    kind,
    risk: to(risk, 4),
    times: to(times, 1),
    nats: to(nats, 2),
    convicted: to(convicted, 1),
    people: to(people, 1),
    sessions: to(sessions, 1),
    learnedAt,
    holder,
  };
}
