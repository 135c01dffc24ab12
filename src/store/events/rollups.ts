import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "./database.ts";

/**
 * The tables of sums. `minutes`: how many of what; `visits`: who came; `speeds`: how long judging took; `paths`: what was asked for,
 * and by how many.
 */
export type RollupName = "minutes" | "visits" | "speeds" | "paths";

interface Rollup {
  readonly stepMs: number;
  /** Columns and groups, over rows of events. */
  readonly columns: string;
  /** Events that were counted together before, where groups alone do not tell it. */
  readonly counted?: (from: string) => string;
  /** How its rows lie: what is looked for in it lies together. */
  readonly order: string;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
/** Steps of `speeds` per factor of e: 5 % apart. */
export const speedSteps = 20;
/**
 * Sessions that are kept of a path and hour: the 256 of the smallest hashes, of which the number of all follows, over any number of
 * hours, with a standard error of 6 % (k minimum values: Beyer et al., SIGMOD 2007). Fewer are counted exactly.
 */
export const sketchSize = 256;

/**
 * What long spans are asked for, summed when an hour is rolled: a week's overview reads a few thousand rows in place of
 * millions. Sums are exact; who came is kept by name, so that it can be counted over any number of hours.
 */
const rollups: Readonly<Record<RollupName, Rollup>> = {
  minutes: {
    stepMs: minuteMs,
    columns: `floor(time / ${minuteMs}) * ${minuteMs} AS start, application, kind, action, enforced, count(*) AS n,
      count(*) FILTER (infrastructure <> '') AS bad,
      sum(CASE WHEN duration >= 0 AND status > 0 THEN duration ELSE 0 END) AS origin,
      count(*) FILTER (duration >= 0 AND status > 0) AS answered`,
    order: "start",
  },
  visits: {
    stepMs: hourMs,
    columns: `floor(time / ${hourMs}) * ${hourMs} AS start, application, session, actor, count(*) AS n, max(total) AS worst`,
    order: "session",
  },
  speeds: {
    stepMs: hourMs,
    columns: `floor(time / ${hourMs}) * ${hourMs} AS start, application,
      CAST(round(${speedSteps} * ln(greatest(decision, 0.05))) AS INTEGER) AS step, count(*) AS n`,
    order: "start",
  },
  paths: {
    stepMs: hourMs,
    columns: `start, application, kind, path, sum(n) AS n, min(hash, ${sketchSize}) AS sessions`,
    // A session counts once, however often it asked. MD5 for a hash that no update of the database changes.
    counted: (from) => `(SELECT floor(time / ${hourMs}) * ${hourMs} AS start, application, kind, path,
      CAST(md5_number_upper(session) >> 32 AS UINTEGER) AS hash, count(*) AS n FROM ${from} GROUP BY ALL)`,
    order: "path",
  },
};

const names = Object.keys(rollups) as readonly RollupName[];

function select(name: RollupName, from: string): string {
  const { columns, counted = (events) => events } = rollups[name];
  return `SELECT ${columns} FROM ${counted(from)} GROUP BY ALL`;
}

/**
 * A table expression with the sums of exactly the events of a span: whole steps from the rollup, what is left at either end from
 * the events themselves. @param from @param to ms since 1970, `to` excluded
 */
export function rollupOf(name: RollupName, from: number, to: number): string {
  const { stepMs } = rollups[name];
  const first = Math.ceil(from / stepMs) * stepMs;
  const end = Math.floor(to / stepMs) * stepMs;
  const raw = (begin: number, until: number): readonly string[] =>
    begin < until
      ? [select(name, `(SELECT * FROM everything WHERE time >= ${Number(begin)} AND time < ${Number(until)})`)]
      : [];
  if (first >= end) return `(${raw(from, to)[0] ?? select(name, "(SELECT * FROM everything LIMIT 0)")})`;
  const whole = `SELECT * FROM ${name} WHERE start >= ${first} AND start < ${end}`;
  return `(${[whole, ...raw(from, first), ...raw(end, to)].join(" UNION ALL BY NAME ")})`;
}

/** Where the sums of an hour's file lie. */
function fileOf(folder: string, name: RollupName, hourFile: string): string {
  return join(folder, `${name}-${hourFile}`);
}

/** Forgets the sums of an hour before its file changes: none are better than wrong ones, and they are made again. */
export function dropRollups(folder: string, hourFile: string): void {
  for (const name of names) rmSync(fileOf(folder, name, hourFile), { force: true });
}

/** Sums an hour's file, beside and renamed: a crash leaves an hour without sums, which is read event by event. */
export async function writeRollups(
  { rollupsFolder, filesFolder, run }: Pick<Database, "rollupsFolder" | "filesFolder" | "run">,
  hourFile: string,
): Promise<void> {
  const source = `read_parquet('${quoted(join(filesFolder, hourFile))}')`;
  for (const name of names) {
    const path = fileOf(rollupsFolder, name, hourFile);
    await run(
      `COPY (${select(name, source)} ORDER BY ${rollups[name].order}) TO '${quoted(path)}.tmp' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 8192)`,
    );
    renameSync(`${path}.tmp`, path);
  }
}

/** Hours' files that have no sums yet. */
export function withoutRollups(folder: string, hourFiles: readonly string[]): readonly string[] {
  return hourFiles.filter((file) => names.some((name) => !existsSync(fileOf(folder, name, file))));
}

/**
 * Makes a view of each name: the sums of files, and those of recent events and of hours without
 * sums, worked out as they are asked for. To be made anew whenever an hour gained or lost its sums.
 */
export async function createRollupViews(
  run: (sql: string) => Promise<unknown>,
  places: { readonly rollupsFolder: string; readonly filesFolder: string; readonly hourFiles: readonly string[] },
): Promise<void> {
  const { rollupsFolder, filesFolder, hourFiles } = places;
  mkdirSync(rollupsFolder, { recursive: true, mode: 0o700 });
  for (const file of readdirSync(rollupsFolder))
    if (file.endsWith(".tmp")) rmSync(join(rollupsFolder, file), { force: true });
  const missing = withoutRollups(rollupsFolder, hourFiles);
  // Halves of sums would count twice beside the hour itself.
  for (const file of missing) dropRollups(rollupsFolder, file);
  const recent =
    missing.length === 0
      ? "events"
      : `(SELECT * FROM events UNION ALL BY NAME SELECT * FROM read_parquet([${missing.map((file) => `'${quoted(join(filesFolder, file))}'`).join(", ")}], union_by_name = true))`;
  for (const name of names) {
    // An empty file keeps the pattern valid before the first hour is rolled.
    const empty = quoted(join(rollupsFolder, `${name}-0000-empty.parquet`));
    await run(`COPY (${select(name, "(SELECT * FROM events LIMIT 0)")}) TO '${empty}' (FORMAT parquet)`);
    await run(
      `CREATE OR REPLACE VIEW ${name} AS SELECT * FROM read_parquet('${quoted(join(rollupsFolder, `${name}-*.parquet`))}', union_by_name = true) UNION ALL BY NAME ${select(name, recent)}`,
    );
  }
}

function quoted(path: string): string {
  return path.replaceAll("'", "''");
}
