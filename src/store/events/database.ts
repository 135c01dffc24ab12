import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBResultReader,
  DuckDBTypeId,
  StatementType,
} from "@duckdb/node-api";
import { GaitError } from "#core";
import { takeRestored } from "./backup.ts";
import type { Batch } from "./batch.ts";
import { BatchChunk, chunkRows } from "./batch-chunk.ts";
import { columns } from "./columns.ts";
import { listFiles, tidy } from "./maintenance.ts";
import type { OwnerOptions, Row } from "./messages.ts";
import { appendProduct, createProductTable, type ProductRows } from "./product-table.ts";
import { createRollupViews } from "./rollups.ts";

/** Raised with every change of `columns` but for additions at the end; an older file is left alone, never read wrongly. */
export const schemaVersion = 2;

const sqlTypes = { double: "DOUBLE", float: "FLOAT", integer: "INTEGER", text: "VARCHAR" } as const;

/** The analytical database, opened by exactly one thread: a second opening would see other rows without an error. */
export interface Database {
  append(batch: Batch): Promise<void>;
  /** Takes product events, each id once. */
  appendProduct(rows: ProductRows): Promise<void>;
  /** Read-only SQL. @throws GaitError `store-query` for anything but one SELECT, for a timeout and for too many rows. */
  query(sql: string, values: readonly (string | number)[]): Promise<Row[]>;
  /** Our own statements, never a user's. */
  run(sql: string, values?: readonly (string | number)[]): Promise<void>;
  readonly filesFolder: string;
  /** Sums of rolled hours (`rollups.ts`). */
  readonly rollupsFolder: string;
  /** To be called whenever hours were rolled, changed or deleted: the views of sums follow. */
  refreshRollups(): Promise<void>;
  /** What was damaged and set aside so that it could be opened; empty: nothing. */
  readonly notice: string;
  readonly exportsFolder: string;
  close(): void;
}

/** Opens or creates the database in `folder`. External access is cut to that folder and the configuration locked. */
export async function openDatabase(options: OwnerOptions): Promise<Database> {
  const filesFolder = join(options.folder, "events");
  const exportsFolder = join(options.folder, "exports");
  mkdirSync(filesFolder, { recursive: true, mode: 0o700 });
  const path = join(options.folder, `events-v${schemaVersion}.duckdb`);
  const { instance, notice } = await openWhole(path, options);
  const writer = await instance.connect();
  const reader = await instance.connect();
  await writer.run(
    `CREATE TABLE IF NOT EXISTS events (${columns.map((one) => `"${one.name}" ${sqlTypes[one.type]}`).join(", ")})`,
  );
  // Absent columns are added in their order, which is the order that batches are appended in.
  for (const { name, type } of columns)
    await writer.run(`ALTER TABLE events ADD COLUMN IF NOT EXISTS "${name}" ${sqlTypes[type]}`);
  await createProductTable(writer);
  await tidy(filesFolder, (sql) => writer.run(sql));
  await takeRestored(options.folder, (sql) => writer.run(sql));
  await createView(writer, filesFolder);
  const rollupsFolder = join(options.folder, "rollups");
  const refreshRollups = (): Promise<void> =>
    createRollupViews((sql) => writer.run(sql), {
      rollupsFolder,
      filesFolder,
      hourFiles: listFiles(filesFolder).map(({ name }) => name),
    });
  await refreshRollups();
  const allowed = [filesFolder, rollupsFolder, exportsFolder].map((folder) => `'${folder.replaceAll("'", "''")}/'`);
  await writer.run(`SET allowed_directories = [${allowed.join(", ")}]`);
  await writer.run("SET enable_external_access = false");
  await writer.run("SET lock_configuration = true");
  return {
    filesFolder,
    rollupsFolder,
    refreshRollups,
    notice,
    append: (batch) => append(writer, batch),
    appendProduct: (rows) => appendProduct(writer, rows),
    query: (sql, values) => query(reader, sql, values, options),
    exportsFolder,
    run: async (sql, values = []) => {
      await writer.run(sql, [...values]);
    },
    close() {
      reader.closeSync();
      writer.closeSync();
      instance.closeSync();
    },
  };
}

/**
 * Opens the file. A log that was torn (power, disk) would keep it from opening: then the log is set aside and what the
 * file itself holds is kept. A file that somebody else holds is no damage.
 */
async function openWhole(
  path: string,
  options: OwnerOptions,
): Promise<{ readonly instance: DuckDBInstance; readonly notice: string }> {
  const settings = {
    threads: String(options.threads),
    memory_limit: `${Math.round(options.memoryBytes / 1e6)}MB`,
    // An automatic checkpoint inside a flush was measured to stall for more than a second; we checkpoint when idle.
    checkpoint_threshold: "1GB",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  };
  try {
    return { instance: await DuckDBInstance.create(path, settings), notice: "" };
  } catch (error) {
    const log = `${path}.wal`;
    const said = firstLine(error);
    if (/lock/i.test(said) || !existsSync(log)) throw error;
    const aside = `${log}.damaged-${Math.round(statSync(log).mtimeMs)}`;
    renameSync(log, aside);
    const instance = await DuckDBInstance.create(path, settings);
    return { instance, notice: `the log of the event store was damaged (${said}); it lies at ${aside}` };
  }
}

/** `everything` is the recent table and the rolled files as one. An empty file keeps the glob valid before the first roll. */
async function createView(connection: DuckDBConnection, filesFolder: string): Promise<void> {
  const folder = filesFolder.replaceAll("'", "''");
  await connection.run(`COPY (SELECT * FROM events LIMIT 0) TO '${folder}/0000-empty.parquet' (FORMAT parquet)`);
  await connection.run(
    `CREATE OR REPLACE VIEW everything AS SELECT * FROM events UNION ALL BY NAME SELECT * FROM read_parquet('${folder}/*.parquet', union_by_name = true)`,
  );
}

/** One batch is one transaction: after it returns, the rows survive a crash of the process. */
async function append(connection: DuckDBConnection, batch: Batch): Promise<void> {
  const appender = await connection.createAppender("events");
  try {
    const rows = new BatchChunk(batch);
    for (let start = 0; start < batch.rows; start += chunkRows) {
      rows.fill(start, Math.min(chunkRows, batch.rows - start));
      appender.appendDataChunk(rows.chunk);
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

async function query(
  connection: DuckDBConnection,
  sql: string,
  values: readonly (string | number)[],
  { queryMs, queryRowsMax }: OwnerOptions,
): Promise<Row[]> {
  const statements = await connection.extractStatements(sql).catch((error: unknown) => {
    throw new GaitError("store-query", `the query could not be read: ${firstLine(error)}`);
  });
  if (statements.count !== 1)
    throw new GaitError("store-query", `expected one SELECT, found ${statements.count} statements`);
  const prepared = await statements.prepare(0).catch((error: unknown) => {
    throw new GaitError("store-query", `the query could not be prepared: ${firstLine(error)}`);
  });
  if (prepared.statementType !== StatementType.SELECT && prepared.statementType !== StatementType.EXPLAIN) {
    throw new GaitError(
      "store-query",
      "only SELECT is allowed here: what is stored is changed by retention and delete-subject, not by SQL",
    );
  }
  prepared.bind([...values]);
  const timer = setTimeout(() => connection.interrupt(), queryMs);
  try {
    const result = await prepared.streamAndReadUntil(queryRowsMax + 1);
    if (result.currentRowCount > queryRowsMax) {
      throw new GaitError("store-query", `the query returns more than ${queryRowsMax} rows; add a LIMIT or aggregate`);
    }
    return plainRows(result);
  } catch (error) {
    if (error instanceof GaitError) throw error;
    const said = firstLine(error);
    throw new GaitError(
      "store-query",
      /interrupt/i.test(said) ? `the query took longer than ${queryMs} ms and was stopped` : said,
    );
  } finally {
    clearTimeout(timer);
  }
}

const wideIntegers: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
]);

/** Wide integers arrive as text and become numbers; anything nested becomes JSON text. */
function plainRows(result: DuckDBResultReader): Row[] {
  const names = result.deduplicatedColumnNames();
  const wide = new Set(names.filter((_, index) => wideIntegers.has(result.columnTypeId(index))));
  return result.getRowObjectsJson().map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        if (typeof value === "object" && value !== null) return [name, JSON.stringify(value)];
        return [name, wide.has(name) && value !== null ? Number(value) : value];
      }),
    ),
  );
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "unknown error";
}
