import { z } from "zod";
import type { Operation } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";
import { type EventFilter, eventFilterShape, whereOf } from "./event-filter.ts";
import { canSumPaths, summedPaths } from "./path-sums.ts";

const fields = [
  "kind",
  "action",
  "enforced",
  "application",
  "network",
  "actor",
  "session",
  "cohort",
  "template",
  "path",
  "method",
  "status",
  "agent",
  "verified",
  "ja4",
  "headers",
  "rule",
  "basis",
  "host",
  "country",
  "infrastructure",
] as const;

/** A field whose values can be counted. */
export type FacetField = (typeof fields)[number];

/** Which events, and which field of them. */
export interface EventFacetsInput extends EventFilter {
  readonly field: FacetField;
  readonly limit: number;
}

/** The most frequent values. */
export interface EventFacetsOutput {
  readonly field: FacetField;
  readonly values: readonly { readonly value: string; readonly requests: number; readonly sessions: number }[];
}

/** `events.facets`: the most frequent values of one field. */
export const eventFacets: Operation<EventFacetsInput, EventFacetsOutput> = {
  name: "events.facets",
  summary: "The most frequent values of one field of recorded decisions, with requests and sessions.",
  effect: "read",
  permission: "look",
  argument: "field",
  example: { field: "template", kind: ["automated"] },
  input: z.strictObject({
    ...eventFilterShape,
    field: z.enum(fields).meta({ description: "Field whose values are counted." }),
    limit: z.int().min(1).max(200).default(20).meta({ description: "Values at most." }),
  }) as z.ZodType<EventFacetsInput>,
  output: z.strictObject({
    field: z.enum(fields),
    values: z.array(z.strictObject({ value: z.string(), requests: z.number(), sessions: z.number() })),
  }),
  async handle(context, input) {
    if (input.field === "path" && canSumPaths(input))
      return { field: input.field, values: await summedPaths(context, input) };
    return { field: input.field, values: await countedValues(context, input) };
  },
};

async function countedValues(context: OperationContext, input: EventFacetsInput): Promise<EventFacetsOutput["values"]> {
  const { sql, values } = whereOf(context, input);
  const rows = await context.query(facetsSql(input.field, { where: sql, limit: input.limit }), values);
  return rows.map(({ value, requests, sessions }) => ({
    value: String(value ?? ""),
    requests: Number(requests),
    sessions: Number(sessions),
  }));
}

/**
 * The most frequent values, then how many sessions showed each: counting sessions of every value there is would cost several
 * times as much.
 */
export function facetsSql(
  field: FacetField,
  { where, limit }: { readonly where: string; readonly limit: number },
): string {
  return `WITH top AS (SELECT ${field} AS value, count(*) AS requests FROM everything WHERE ${where} GROUP BY 1
      ORDER BY requests DESC, value LIMIT ${limit}),
    seen AS (SELECT ${field} AS value, approx_count_distinct(session) AS sessions FROM everything
      WHERE ${where} AND ${field} IN (SELECT value FROM top) GROUP BY 1)
    SELECT CAST(top.value AS VARCHAR) AS value, requests, coalesce(sessions, 0) AS sessions
    FROM top LEFT JOIN seen ON top.value = seen.value ORDER BY requests DESC, value`;
}
