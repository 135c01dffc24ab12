import { z } from "zod";
import type { Kind } from "#core";
import { reasonsInWords } from "../../explain/explanation.ts";
import { type EventRow, eventRow, toEvent } from "../events/event-row.ts";
import { type Operation, OperationFault } from "../operation.ts";
import { type SessionSummary, sessionColumns, sessionSummary, toSession } from "./session-summary.ts";
import { sessionWhere } from "./session-where.ts";

/** The session asked about. */
export interface GetSessionInput {
  readonly id: string;
  readonly limit: number;
}

/** One request of a session's waterfall. */
export interface SessionStep {
  readonly event: EventRow;
  /** Since the request before; null for the first. */
  readonly gapMs: number | null;
  /** The loudest findings in words. */
  readonly reasons: readonly string[];
}

/** A session, request by request. */
export interface SessionDetail {
  readonly session: SessionSummary;
  readonly steps: readonly SessionStep[];
  /** Requests left out because of `limit`. */
  readonly more: number;
}

const reasonsShown = 3;

/** `sessions.get`: the waterfall of a session. */
export const getSession: Operation<GetSessionInput, SessionDetail> = {
  name: "sessions.get",
  summary: "One session, request by request, with gaps and evidence.",
  effect: "read",
  permission: "look",
  argument: "id",
  example: { id: "t5k2a1-4f" },
  input: z.strictObject({
    id: z.string().min(1).max(64).meta({ description: "Session id." }),
    limit: z.int().min(1).max(5_000).default(500).meta({ description: "Requests at most, from the first on." }),
  }),
  output: z.strictObject({
    session: sessionSummary,
    steps: z.array(z.strictObject({ event: eventRow, gapMs: z.number().nullable(), reasons: z.array(z.string()) })),
    more: z.number(),
  }),
  async handle(context, { id, limit }) {
    const { sql, values } = await sessionWhere(context, id);
    const [row] = await context.query(`SELECT ${sessionColumns} FROM everything WHERE ${sql} GROUP BY session`, values);
    if (row === undefined) throw new OperationFault("not-found", `${JSON.stringify(id)}: no such session is recorded`);
    const rows = await context.query(
      `SELECT * FROM everything WHERE ${sql} ORDER BY time, sequence LIMIT ${limit}`,
      values,
    );
    const events = rows.map((each) => toEvent(context, each));
    const session = toSession(context, row);
    return {
      session,
      steps: events.map((event, i) => {
        const before = events[i - 1];
        const gapMs = before === undefined ? null : event.at - before.at;
        return { event, gapMs, reasons: reasonsInWords({ ...event, kind: event.kind as Kind }, reasonsShown) };
      }),
      more: Math.max(0, session.requests - events.length),
    };
  },
};
