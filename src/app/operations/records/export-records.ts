import { z } from "zod";
import type { ExportFormat } from "#store";
import type { Operation } from "../operation.ts";

/** What to export. */
export interface ExportRecordsInput {
  readonly format: ExportFormat;
  readonly from: number;
  readonly to?: number | undefined;
}

/** Where it lies on the gateway's machine. */
export interface ExportRecordsOutput {
  readonly path: string;
  readonly records: number;
}

/** `records.export`: a file of records for other tools. */
export const exportRecords: Operation<ExportRecordsInput, ExportRecordsOutput> = {
  name: "records.export",
  summary: "Write recorded decisions of a span to a Parquet, JSON lines or CSV file on the gateway's machine.",
  effect: "write",
  permission: "administer",
  example: { format: "csv", from: 0 },
  input: z.strictObject({
    format: z.enum(["parquet", "jsonl", "csv"]).default("parquet").meta({ description: "Format of the file." }),
    from: z.number().min(0).default(0).meta({ description: "From this time on, ms since 1970." }),
    to: z.number().min(0).optional().meta({ description: "Before this time. Default: now." }),
  }),
  output: z.strictObject({ path: z.string(), records: z.number() }),
  async handle(context, { format, from, to = context.now + 1 }) {
    const name = `records-${new Date(context.now).toISOString().replace(/[:.]/g, "-")}`;
    context.change({ format, from, to, name });
    const { path, rows } = await context.service.records.export({ format, from, to, name });
    return { path, records: rows };
  },
};
