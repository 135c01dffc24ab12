import { z } from "zod";
import { type Operation, OperationFault } from "../operation.ts";
import { type SessionSummary, sessionColumns, sessionSummary, toSession } from "../sessions/session-summary.ts";
import { type ActorSummary, actorColumns, actorSummary, toActor } from "./list-actors.ts";

/** The actor asked about. */
export interface GetActorInput {
  readonly id: string;
}

/** A value and how many requests showed it. */
export interface Counted {
  readonly value: string;
  readonly requests: number;
}

/** One actor with what it did. */
export interface ActorDetail {
  readonly actor: ActorSummary;
  /** The latest first, at most 100. */
  readonly sessions: readonly SessionSummary[];
  readonly endpoints: readonly Counted[];
  readonly networks: readonly Counted[];
  readonly agents: readonly Counted[];
  readonly detectors: readonly Counted[];
}

const counted: z.ZodType<Counted> = z.strictObject({ value: z.string(), requests: z.number() });

/** `actors.get`: one actor. */
export const getActor: Operation<GetActorInput, ActorDetail> = {
  name: "actors.get",
  summary: "One actor: its sessions, endpoints, networks, user agents and the evidence against it.",
  effect: "read",
  permission: "look",
  argument: "id",
  example: { id: "a1b2c3d4e5" },
  input: z.strictObject({ id: z.string().min(1).max(64).meta({ description: "Actor id." }) }),
  output: z.strictObject({
    actor: actorSummary,
    sessions: z.array(sessionSummary),
    endpoints: z.array(counted),
    networks: z.array(counted),
    agents: z.array(counted),
    detectors: z.array(counted),
  }),
  async handle(context, { id }) {
    const [row] = await context.query(`SELECT ${actorColumns} FROM everything WHERE actor = $1 GROUP BY actor`, [id]);
    if (row === undefined) throw new OperationFault("not-found", `${JSON.stringify(id)}: no such actor is recorded`);
    const top = async (expression: string): Promise<readonly Counted[]> => {
      const rows = await context.query(
        `SELECT value, count(*) AS requests FROM (SELECT ${expression} AS value FROM everything WHERE actor = $1) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
        [id],
      );
      return rows
        .filter(({ value }) => value !== null && value !== "")
        .map(({ value, requests }) => ({ value: String(value), requests: Number(requests) }));
    };
    const sessions = await context.query(
      `SELECT ${sessionColumns} FROM everything WHERE actor = $1 GROUP BY session ORDER BY "lastSeen" DESC LIMIT 100`,
      [id],
    );
    return {
      actor: toActor(context, row),
      sessions: sessions.map((one) => toSession(context, one)),
      endpoints: await top("method || ' ' || template"),
      networks: await top("network"),
      agents: await top("agent"),
      detectors: await top(`unnest(regexp_extract_all(signals, '\\["([a-z-]+)","', 1))`),
    };
  },
};
