import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "./database.ts";
import { format, layout, listFiles } from "./maintenance.ts";
import { dropRollups } from "./rollups.ts";

/** Columns by which a person can ask to be forgotten. */
export type SubjectColumn = "actor" | "session" | "address" | "account" | "identity";

/**
 * Deletes everything recorded about one subject: from the recent table, and from each rolled file that holds it by
 * writing that file anew without it. Returns how many records went. A crash in between leaves old files or new ones,
 * never half of one; asking again finishes the work.
 */
export async function erase(
  database: Database,
  column: SubjectColumn,
  { value }: { readonly value: string | number },
): Promise<number> {
  const where = `"${column}" = $1`;
  const [before] = await database.query(`SELECT count(*) AS n FROM everything WHERE ${where}`, [value]);
  for (const { name } of listFiles(database.filesFolder)) {
    const path = join(database.filesFolder, name);
    const quoted = path.replaceAll("'", "''");
    const [found] = await database.query(`SELECT count(*) AS n FROM read_parquet('${quoted}') WHERE ${where}`, [value]);
    if (Number(found?.n ?? 0) === 0) continue;
    await database.run(
      `COPY (SELECT * FROM read_parquet('${quoted}') WHERE "${column}" IS DISTINCT FROM $1 ${layout}) TO '${quoted}.tmp' ${format}`,
      [value],
    );
    dropRollups(database.rollupsFolder, name);
    await database.refreshRollups();
    const [left] = await database.query(`SELECT count(*) AS n FROM read_parquet('${quoted}.tmp')`, []);
    if (Number(left?.n ?? 0) > 0) renameSync(`${path}.tmp`, path);
    else {
      rmSync(path, { force: true });
      rmSync(`${path}.tmp`, { force: true });
    }
  }
  await database.refreshRollups();
  await database.run(`DELETE FROM events WHERE ${where}`, [value]);
  const product = productSubjects.has(column) ? await eraseProduct(database, column, value) : 0;
  // What was deleted stands in the log until a checkpoint.
  await database.run("CHECKPOINT");
  return Number(before?.n ?? 0) + product;
}

/** Subjects that product events know by the same name. */
const productSubjects: ReadonlySet<SubjectColumn> = new Set(["session", "address", "account"]);

async function eraseProduct(database: Database, column: SubjectColumn, value: string | number): Promise<number> {
  const hash = Number(value);
  if (!Number.isFinite(hash) || hash === 0) return 0;
  const where = `"${column}" = $1`;
  const [found] = await database.query(`SELECT count(*) AS n FROM product_events WHERE ${where}`, [hash]);
  await database.run(`DELETE FROM product_events WHERE ${where}`, [hash]);
  return Number(found?.n ?? 0);
}
