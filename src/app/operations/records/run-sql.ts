import { z } from "zod";
import type { Operation } from "../operation.ts";

/** One SELECT. */
export interface RunSqlInput {
  readonly statement: string;
}

/** Its rows. */
export interface RunSqlOutput {
  readonly rows: readonly Readonly<Record<string, string | number | boolean | null>>[];
}

/** `sql`: one SELECT over the records; read-only, cut off from every file but the store's own, stopped after ten seconds. */
export const runSql: Operation<RunSqlInput, RunSqlOutput> = {
  name: "sql",
  summary: "One SELECT over the view `everything` of recorded decisions; read-only and cut off from other files.",
  effect: "read",
  permission: "analyse",
  argument: "statement",
  example: { statement: "SELECT kind, count(*) AS n FROM everything GROUP BY kind" },
  input: z.strictObject({
    statement: z.string().min(1).max(10_000).meta({ description: "The SELECT; columns are listed in docs/store.md." }),
  }),
  output: z.strictObject({
    rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  }),
  async handle(context, { statement }) {
    return { rows: await context.query(statement) };
  },
};
