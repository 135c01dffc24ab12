import { z } from "zod";
import { assetEndings } from "#engine";
import type { Operation } from "../operation.ts";
import { type EventFilter, eventFilterShape, whereOf } from "./event-filter.ts";

/** Whose ways. */
export interface EventWaysInput extends EventFilter {
  /** Whether the files that pages are made of count as steps. */
  readonly files: boolean;
  readonly limit: number;
}

/** How often one endpoint followed another within a session. */
export interface Way {
  readonly from: string;
  readonly to: string;
  readonly requests: number;
  readonly sessions: number;
}

/** The most frequent ways. */
export interface EventWaysOutput {
  readonly ways: readonly Way[];
}

const isFile = `regexp_matches(lower(template), '\\.(${[...assetEndings].join("|")})$')`;

/**
 * `events.ways`: the steps that sessions take between endpoints. Pictures lay a suspect's ways over people's. Only
 * events that fit are looked at, so that a step is one between neighbours among them. The files of a page are passed over
 * unless asked for: forty pictures hide the five steps that somebody meant to take.
 */
export const eventWays: Operation<EventWaysInput, EventWaysOutput> = {
  name: "events.ways",
  summary: "How often one endpoint followed another in a session, the most frequent first.",
  effect: "read",
  permission: "look",
  example: { kind: ["human"] },
  input: z.strictObject({
    ...eventFilterShape,
    files: z.boolean().default(false).meta({ description: "Count scripts, styles, pictures and fonts as steps, too." }),
    limit: z.int().min(1).max(1_000).default(200).meta({ description: "Ways at most." }),
  }) as z.ZodType<EventWaysInput>,
  output: z.strictObject({
    ways: z.array(z.strictObject({ from: z.string(), to: z.string(), requests: z.number(), sessions: z.number() })),
  }),
  async handle(context, input) {
    const { sql, values } = whereOf(context, input);
    const kept = input.files ? "" : ` AND NOT ${isFile}`;
    const rows = await context.query(
      `SELECT here, next, count(*) AS requests, count(DISTINCT session) AS sessions FROM (
         SELECT session, method || ' ' || template AS here,
           lead(method || ' ' || template) OVER (PARTITION BY session ORDER BY time, sequence) AS next
         FROM everything WHERE ${sql} AND template <> ''${kept})
       WHERE next IS NOT NULL GROUP BY here, next ORDER BY requests DESC, here, next LIMIT ${input.limit}`,
      values,
    );
    return {
      ways: rows.map(({ here, next, requests, sessions }) => ({
        from: String(here),
        to: String(next),
        requests: Number(requests),
        sessions: Number(sessions),
      })),
    };
  },
};
