import { z } from "zod";
import type { Row } from "#store";
import { type Operation, OperationFault } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";
import { type EventFilter, eventFilterShape, whereOf } from "./event-filter.ts";
import { type EventRow, eventRow, toEvent } from "./event-row.ts";

/** Which events, and which page of them. */
export interface QueryEventsInput extends EventFilter {
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  readonly limit: number;
  /** Count all that fit, too. */
  readonly count: boolean;
}

/** One page of events, the newest first. */
export interface QueryEventsOutput {
  readonly events: readonly EventRow[];
  /** Null on the last page. */
  readonly next: string | null;
  /** Null unless it was asked for. */
  readonly total: number | null;
}

/** `events.query`: recorded decisions, the newest first. */
export const queryEvents: Operation<QueryEventsInput, QueryEventsOutput> = {
  name: "events.query",
  summary: "Recorded decisions that fit a filter, the newest first.",
  effect: "read",
  permission: "look",
  example: { kind: ["automated"], limit: 20 },
  input: z.strictObject({
    ...eventFilterShape,
    cursor: z.string().max(80).optional().meta({ description: "`next` of the page before." }),
    limit: z.int().min(1).max(1_000).default(50).meta({ description: "Events per page." }),
    count: z.boolean().default(false).meta({ description: "Count all that fit, too." }),
  }) as z.ZodType<QueryEventsInput>,
  output: z.strictObject({ events: z.array(eventRow), next: z.string().nullable(), total: z.number().nullable() }),
  async handle(context, input) {
    const { sql, values } = whereOf(context, input);
    const total = input.count
      ? Number((await context.query(`SELECT count(*) AS n FROM everything WHERE ${sql}`, values))[0]?.n ?? 0)
      : null;
    let where = sql;
    if (input.cursor !== undefined) {
      const { time, sequence } = readCursor(input.cursor);
      where += ` AND (time < $${values.push(time)} OR (time = $${values.length} AND sequence < $${values.push(sequence)}))`;
    }
    const rows = await newestOf((asked, bound) => context.query(asked, bound), {
      where,
      values,
      limit: input.limit + 1,
    });
    const shown = rows.slice(0, input.limit);
    const last = shown.at(-1);
    const next = rows.length > input.limit && last !== undefined ? `${last.time}.${last.sequence}` : null;
    return { events: shown.map((row) => toEvent(context, row)), next, total };
  },
};

/**
 * The newest rows that fit. Finding them by their time alone and fetching only those reads two columns of everything and all
 * of a few rows; sorting whole rows reads everything.
 */
export async function newestOf(
  query: OperationContext["query"],
  {
    where,
    values,
    limit,
  }: { readonly where: string; readonly values: readonly (string | number)[]; readonly limit: number },
): Promise<readonly Row[]> {
  const [edge] = await query(
    `SELECT min(time) AS time, count(*) AS n FROM (SELECT time FROM everything WHERE ${where} ORDER BY time DESC LIMIT ${limit})`,
    values,
  );
  if (edge === undefined || Number(edge.n) === 0) return [];
  return query(
    `SELECT * FROM everything WHERE ${where} AND time >= ${Number(edge.time)} ORDER BY time DESC, sequence DESC LIMIT ${limit}`,
    values,
  );
}

function readCursor(cursor: string): { readonly time: number; readonly sequence: number } {
  const found = /^(?<time>\d+(?:\.\d+)?)\.(?<sequence>\d+)$/.exec(cursor)?.groups;
  if (found === undefined) throw new OperationFault("invalid", `cursor: ${JSON.stringify(cursor)} is none of ours`);
  return { time: Number(found.time), sequence: Number(found.sequence) };
}
