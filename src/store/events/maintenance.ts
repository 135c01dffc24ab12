import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "./database.ts";
import type { OwnerOptions } from "./messages.ts";
import { dropRollups, withoutRollups, writeRollups } from "./rollups.ts";

const hourMs = 3_600_000;
/**
 * How rows lie in an hour's file. Nearly all that is asked is about a span of time, which chooses files, or about one actor or
 * session: with those side by side, and few rows to a group, all groups but a handful are passed over by their statistics,
 * and what repeats is compressed together. (10 million rows: one actor a seventh of the time that order by time takes, one
 * session a third, the busiest actors a third.)
 */
export const layout = "ORDER BY actor, session, time";
export const format = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960)";
/** Hours rolled in one go, so that a long pause does not become one long task. */
const hoursPerRunMax = 24;

/**
 * Moves finished hours into compressed columnar files, deletes what retention no longer allows, and checkpoints.
 * Each hour is written to a temporary file, renamed, and only then deleted from the table: a crash in between leaves
 * a file and its rows both; the next run writes the same file again, so nothing is lost and nothing counts twice.
 */
export async function maintain(database: Database, options: OwnerOptions, now: number): Promise<void> {
  const oldest = await database.query("SELECT min(time) AS time FROM events", []);
  const first = oldest[0]?.time;
  const until = Math.floor((now - options.rollAfterMs) / hourMs) * hourMs;
  if (typeof first === "number") {
    const start = Math.floor(first / hourMs) * hourMs;
    for (let hour = start, done = 0; hour < until && done < hoursPerRunMax; hour += hourMs, done++) {
      await rollHour(database, hour);
    }
  }
  deleteExpired(database, options, now);
  // Hours that were restored, erased from or stored by an older version have none.
  const hours = listFiles(database.filesFolder).map(({ name }) => name);
  for (const name of withoutRollups(database.rollupsFolder, hours).slice(0, hoursPerRunMax))
    await writeRollups(database, name);
  await database.refreshRollups();
  await database.run(`DELETE FROM events WHERE time < ${now - options.retentionMs}`);
  await database.run(`DELETE FROM product_events WHERE time < ${now - options.productRetentionMs}`);
  await database.run("CHECKPOINT");
}

async function rollHour(database: Database, hour: number): Promise<void> {
  const within = `time >= ${hour} AND time < ${hour + hourMs}`;
  const [found] = await database.query(`SELECT count(*) AS rows FROM events WHERE ${within}`, []);
  if (found === undefined || Number(found.rows) === 0) return;
  const name = `${new Date(hour).toISOString().slice(0, 13)}.parquet`;
  const path = join(database.filesFolder, name);
  const quoted = path.replaceAll("'", "''");
  await database.run(`COPY (SELECT * FROM events WHERE ${within} ${layout}) TO '${quoted}.tmp' ${format}`);
  // A late event of an hour that was rolled before joins that hour's file.
  const known = listFiles(database.filesFolder).some((file) => file.name === name);
  if (known) {
    await database.run(
      `COPY (SELECT * FROM (SELECT * FROM read_parquet('${quoted}') WHERE (time, sequence, reference) NOT IN (SELECT (time, sequence, reference) FROM read_parquet('${quoted}.tmp')) UNION ALL BY NAME SELECT * FROM read_parquet('${quoted}.tmp')) ${layout}) TO '${quoted}.merged' ${format}`,
    );
    dropRollups(database.rollupsFolder, name);
    await database.refreshRollups();
    renameSync(`${path}.merged`, path);
    rmSync(`${path}.tmp`, { force: true });
  } else renameSync(`${path}.tmp`, path);
  await database.run(`DELETE FROM events WHERE ${within}`);
}

/**
 * Mends what a crash within `maintain` left: halves of files go, and rows that are in their hour's file already leave the
 * table, so that nothing counts twice until the next run.
 */
export async function tidy(folder: string, run: (sql: string) => Promise<unknown>): Promise<void> {
  for (const name of readdirSync(folder)) if (/\.(tmp|merged)$/.test(name)) rmSync(join(folder, name), { force: true });
  for (const { name, hour } of listFiles(folder)) {
    const quoted = join(folder, name).replaceAll("'", "''");
    await run(
      `DELETE FROM events WHERE time >= ${hour} AND time < ${hour + hourMs} AND (time, sequence, reference) IN (SELECT (time, sequence, reference) FROM read_parquet('${quoted}'))`,
    );
  }
}

/** Oldest first; names are hours, so the order of names is the order of time. */
export function listFiles(folder: string): { readonly name: string; readonly bytes: number; readonly hour: number }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".parquet") && !name.startsWith("0000"))
    .sort()
    .map((name) => ({
      name,
      bytes: statSync(join(folder, name)).size,
      hour: Date.parse(`${name.slice(0, 13)}:00:00Z`),
    }));
}

function deleteExpired({ filesFolder: folder, rollupsFolder }: Database, options: OwnerOptions, now: number): void {
  const files = listFiles(folder);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const file of files) {
    const expired = file.hour + hourMs <= now - options.retentionMs;
    if (!expired && bytes <= options.retentionBytes) continue;
    rmSync(join(folder, file.name), { force: true });
    dropRollups(rollupsFolder, file.name);
    bytes -= file.bytes;
  }
}
