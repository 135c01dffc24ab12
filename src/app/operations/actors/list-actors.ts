import { z } from "zod";
import { type EventFilter, eventFilterShape, whereOf } from "../events/event-filter.ts";
import { scoreIn, shownAddress } from "../events/event-row.ts";
import type { Operation } from "../operation.ts";

const orders = { requests: "requests DESC", score: "score DESC, requests DESC", latest: "lastSeen DESC" } as const;

/** Which actors, in which order. */
export interface ListActorsInput extends EventFilter {
  readonly order: keyof typeof orders;
  readonly limit: number;
  readonly offset: number;
}

/** One actor over the span asked for. */
export interface ActorSummary {
  readonly id: string;
  readonly requests: number;
  readonly sessions: number;
  readonly networks: number;
  readonly ip: string;
  readonly agent: string;
  readonly kind: string;
  readonly action: string;
  /** The worst score. */
  readonly score: number;
  /** Requests that were not simply let through. */
  readonly stopped: number;
  /** Reference of the last of those, by which it can be unblocked; empty: none. */
  readonly refused: string;
  readonly cohort: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** A page of actors. */
export interface ListActorsOutput {
  readonly actors: readonly ActorSummary[];
}

export const actorSummary: z.ZodType<ActorSummary> = z.strictObject({
  id: z.string(),
  requests: z.number(),
  sessions: z.number(),
  networks: z.number(),
  ip: z.string(),
  agent: z.string(),
  kind: z.string(),
  action: z.string(),
  score: z.number(),
  stopped: z.number(),
  refused: z.string(),
  cohort: z.string(),
  firstSeen: z.number(),
  lastSeen: z.number(),
});

/** The columns of an `ActorSummary`, for a query grouped by actor. */
export const actorColumns: string = `actor AS id, count(*) AS requests, count(DISTINCT session) AS sessions,
  count(DISTINCT network) AS networks, arg_max(ip, time) AS ip, arg_max(address, time) AS address,
  arg_max(network, time) AS network, arg_max(agent, time) AS agent, arg_max(kind, time) AS kind,
  arg_max(action, time) AS action, max(total) AS score,
  count(*) FILTER (WHERE enforced NOT IN ('allow', 'log', 'tag')) AS stopped,
  arg_max(reference, time) FILTER (WHERE enforced NOT IN ('allow', 'log', 'tag')) AS refused, max(cohort) AS cohort,
  min(time) AS "firstSeen", max(time) AS "lastSeen"`;

/** Reads a summary off a row of such a query. */
export function toActor(
  context: Parameters<typeof shownAddress>[0],
  row: Parameters<typeof shownAddress>[1],
): ActorSummary {
  const text = (name: string): string => String(row[name] ?? "");
  const number = (name: string): number => Number(row[name] ?? 0);
  return {
    id: text("id"),
    requests: number("requests"),
    sessions: number("sessions"),
    networks: number("networks"),
    ip: shownAddress(context, row),
    agent: text("agent"),
    kind: text("kind"),
    action: text("action"),
    score: scoreIn(row.score),
    stopped: number("stopped"),
    refused: text("refused"),
    cohort: text("cohort"),
    firstSeen: number("firstSeen"),
    lastSeen: number("lastSeen"),
  };
}

/** `actors.list`: who was there. */
export const listActors: Operation<ListActorsInput, ListActorsOutput> = {
  name: "actors.list",
  summary: "Actors with requests that fit a filter, the busiest, worst or latest first.",
  effect: "read",
  permission: "look",
  example: { kind: ["automated"], order: "requests" },
  input: z.strictObject({
    ...eventFilterShape,
    order: z.enum(["requests", "score", "latest"]).default("requests").meta({ description: "What comes first." }),
    limit: z.int().min(1).max(500).default(50).meta({ description: "Actors per page." }),
    offset: z.int().min(0).max(100_000).default(0).meta({ description: "Actors to pass over." }),
  }) as z.ZodType<ListActorsInput>,
  output: z.strictObject({ actors: z.array(actorSummary) }),
  async handle(context, input) {
    const { sql, values } = whereOf(context, input);
    const order = input.order === "latest" ? '"lastSeen" DESC' : orders[input.order];
    const rows = await context.query(
      `SELECT ${actorColumns} FROM everything WHERE ${sql} GROUP BY actor
       ORDER BY ${order}, id LIMIT ${input.limit} OFFSET ${input.offset}`,
      values,
    );
    return { actors: rows.map((row) => toActor(context, row)) };
  },
};
