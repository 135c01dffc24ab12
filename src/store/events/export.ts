import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { columns } from "./columns.ts";
import type { Database } from "./database.ts";

/** Formats that records leave in. */
export type ExportFormat = "parquet" | "jsonl" | "csv";

const writers: Readonly<Record<ExportFormat, string>> = {
  parquet: "FORMAT parquet, COMPRESSION zstd",
  jsonl: "FORMAT json",
  csv: "FORMAT csv, HEADER true",
};

/** What is exported, and where to below the store's folder of exports. */
export interface ExportOptions {
  readonly format: ExportFormat;
  readonly from: number;
  readonly to: number;
  /** Name without folder and ending. */
  readonly name: string;
}

/**
 * Writes the records of a span to a file below `exports`, whole or not at all. Returns its path and how many records
 * it holds. In CSV a text that a spreadsheet would take for a formula is written with an apostrophe in front.
 */
export async function exportRecords(
  database: Database,
  { format, from, to, name }: ExportOptions,
): Promise<{ readonly path: string; readonly rows: number }> {
  mkdirSync(database.exportsFolder, { recursive: true, mode: 0o700 });
  const path = join(database.exportsFolder, `${name}.${format}`);
  const quoted = `${path}.tmp`.replaceAll("'", "''");
  const selected = columns.map((one) =>
    format === "csv" && one.type === "text" ? defused(one.name) : `"${one.name}"`,
  );
  const where = `time >= ${Number(from)} AND time < ${Number(to)}`;
  try {
    await database.run(
      `COPY (SELECT ${selected.join(", ")} FROM everything WHERE ${where} ORDER BY time) TO '${quoted}' (${writers[format]})`,
    );
  } catch (error) {
    rmSync(`${path}.tmp`, { force: true });
    throw error;
  }
  renameSync(`${path}.tmp`, path);
  const [counted] = await database.query(`SELECT count(*) AS n FROM everything WHERE ${where}`, []);
  return { path, rows: Number(counted?.n ?? 0) };
}

/** A client chooses its user agent and path: `=cmd|…` must not run in whoever's spreadsheet opens the file. */
function defused(name: string): string {
  return `CASE WHEN regexp_matches("${name}", '^[=+@\\t\\r-]') THEN '''' || "${name}" ELSE "${name}" END AS "${name}"`;
}
