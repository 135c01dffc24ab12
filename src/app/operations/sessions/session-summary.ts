import { z } from "zod";
import type { Row } from "#store";
import { scoreIn, shownAddress } from "../events/event-row.ts";
import type { OperationContext } from "../operation-context.ts";

/** One session in a line. */
export interface SessionSummary {
  readonly id: string;
  readonly application: string;
  readonly actor: string;
  readonly ip: string;
  readonly agent: string;
  readonly requests: number;
  readonly kind: string;
  readonly action: string;
  readonly score: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export const sessionSummary: z.ZodType<SessionSummary> = z.strictObject({
  id: z.string(),
  application: z.string(),
  actor: z.string(),
  ip: z.string(),
  agent: z.string(),
  requests: z.number(),
  kind: z.string(),
  action: z.string(),
  score: z.number(),
  firstSeen: z.number(),
  lastSeen: z.number(),
});

/** The columns of a `SessionSummary`, for a query grouped by session. A session belongs to the actor seen last in it. */
export const sessionColumns: string = `session AS id, max(application) AS application, arg_max(actor, time) AS actor,
  arg_max(ip, time) AS ip, arg_max(address, time) AS address, arg_max(network, time) AS network,
  arg_max(agent, time) AS agent, count(*) AS requests, arg_max(kind, time) AS kind, arg_max(action, time) AS action,
  max(total) AS score, min(time) AS "firstSeen", max(time) AS "lastSeen"`;

/** Reads a summary off a row of such a query. */
export function toSession(context: OperationContext, row: Row): SessionSummary {
  const text = (name: string): string => String(row[name] ?? "");
  const number = (name: string): number => Number(row[name] ?? 0);
  return {
    id: text("id"),
    application: text("application"),
    actor: text("actor"),
    ip: shownAddress(context, row),
    agent: text("agent"),
    requests: number("requests"),
    kind: text("kind"),
    action: text("action"),
    score: scoreIn(row.score),
    firstSeen: number("firstSeen"),
    lastSeen: number("lastSeen"),
  };
}
