import { z } from "zod";
import type { Operation } from "../operation.ts";
import { type EventFilter, eventFilterShape, whereOf } from "./event-filter.ts";

/** Which events, in how many steps, split by what. */
export interface EventSeriesInput extends EventFilter {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly by: "kind" | "action" | "enforced" | "application" | "status";
}

/** Counts over time. */
export interface EventSeriesOutput {
  readonly from: number;
  readonly stepMs: number;
  /** Values of `by` that occur, the most frequent first. */
  readonly names: readonly string[];
  /** One row per step, counts in the order of `names`. */
  readonly rows: readonly (readonly number[])[];
}

/** `events.series`: counts over time, for charts. */
export const eventSeries: Operation<EventSeriesInput, EventSeriesOutput> = {
  name: "events.series",
  summary: "Counts of recorded decisions over time, split by one of their fields.",
  effect: "read",
  permission: "look",
  example: { from: 1_767_600_000_000, to: 1_767_603_600_000, by: "kind" },
  input: z.strictObject({
    ...eventFilterShape,
    from: z.number().min(0).meta({ description: "Begin, ms since 1970." }),
    to: z.number().min(0).meta({ description: "End, ms since 1970." }),
    steps: z.int().min(1).max(1_000).default(120).meta({ description: "Steps between begin and end." }),
    by: z.enum(["kind", "action", "enforced", "application", "status"]).default("kind").meta({
      description: "Field that splits the counts.",
    }),
  }) as z.ZodType<EventSeriesInput>,
  output: z.strictObject({
    from: z.number(),
    stepMs: z.number(),
    names: z.array(z.string()),
    rows: z.array(z.array(z.number())),
  }),
  async handle(context, input) {
    const stepMs = Math.max(1, Math.ceil((input.to - input.from) / input.steps));
    const { sql, values } = whereOf(context, input);
    const rows = await context.query(
      `SELECT floor((time - ${input.from}) / ${stepMs}) AS step, CAST(${input.by} AS VARCHAR) AS name, count(*) AS n
       FROM everything WHERE ${sql} GROUP BY ALL`,
      values,
    );
    const totals = new Map<string, number>();
    for (const { name, n } of rows) totals.set(String(name), (totals.get(String(name)) ?? 0) + Number(n));
    const names = [...totals].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    const steps = Math.max(1, Math.ceil((input.to - input.from) / stepMs));
    const table = Array.from({ length: steps }, () => names.map(() => 0));
    for (const { step, name, n } of rows) {
      const row = table[Number(step)];
      if (row !== undefined) row[names.indexOf(String(name))] = Number(n);
    }
    return { from: input.from, stepMs, names, rows: table };
  },
};
