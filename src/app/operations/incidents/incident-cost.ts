import { z } from "zod";
import { amounts } from "../../alerts/cost-watch.ts";
import type { OperationContext } from "../operation-context.ts";

/** What an incident cost the application, from its records. */
export interface IncidentCost {
  /** Time the origin spent on its requests, ms. */
  readonly originMs: number;
  /** What the places it asked have as prices (`alerts.costs`), in the currency they are given in. */
  readonly priced: readonly { readonly name: string; readonly amount: number }[];
  /** How both are worked out. */
  readonly formula: string;
}

export const incidentCost: z.ZodType<IncidentCost> = z.strictObject({
  originMs: z.number(),
  priced: z.array(z.strictObject({ name: z.string(), amount: z.number() })),
  formula: z.string(),
});

const formula =
  "sum of the time the origin took for its answers; for each of alerts.costs: price × requests answered, kilobytes or seconds below its path";

/** Adds up what the requests of an incident's cohorts cost. */
export async function costOf({ service, query }: OperationContext, cohorts: readonly string[]): Promise<IncidentCost> {
  const { costs } = service.config.alerts;
  const values: (string | number)[] = [...cohorts];
  const place = (value: string | number): string => `$${values.push(value)}`;
  const priced = costs.map(({ application, method, path, per, price }, index) => {
    const below = path.endsWith("/") ? path : `${path}/`;
    const where = [`(path = ${place(path)} OR starts_with(path, ${place(below)}))`, "status BETWEEN 200 AND 399"];
    if (application !== undefined) where.push(`application = ${place(application)}`);
    if (method !== undefined) where.push(`method = ${place(method)}`);
    return `${place(price)} * sum(${amounts[per]}) FILTER (WHERE ${where.join(" AND ")}) AS cost${index}`;
  });
  const origin = "sum(greatest(duration, 0)) FILTER (WHERE status > 0) AS origin";
  const among = cohorts.map((_, i) => `$${i + 1}`).join(", ");
  const [row = {}] = await query(
    `SELECT ${[origin, ...priced].join(", ")} FROM everything WHERE cohort IN (${among})`,
    values,
  );
  const read = (name: string): number => Math.round(Number(row[name] ?? 0) * 100) / 100;
  return {
    originMs: Math.round(read("origin")),
    priced: costs.map(({ name }, index) => ({ name, amount: read(`cost${index}`) })),
    formula,
  };
}
