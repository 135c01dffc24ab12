import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Database } from "./database.ts";
import { listFiles } from "./maintenance.ts";

/** Below the store's folder: rows that a backup brought and that the next opening takes in. */
export const restoreFolder = "restore";
/** Product events of a backup: parquet by another name, since they go into another table. */
const productFile = "product-events.rows";

/**
 * Copies everything recorded to `target`, in the layout that an opening store finds its way in: rolled hours as they are
 * (cloned where the file system can), recent rows as one file that is taken in by the next opening.
 */
export async function backupRecords(database: Database, target: string): Promise<void> {
  const files = join(target, "events");
  const recent = join(target, restoreFolder);
  mkdirSync(files, { recursive: true, mode: 0o700 });
  mkdirSync(recent, { recursive: true, mode: 0o700 });
  // The database may write into its own folders alone.
  mkdirSync(database.exportsFolder, { recursive: true, mode: 0o700 });
  const written = join(database.exportsFolder, "backup.tmp");
  await database.run(
    `COPY (SELECT * FROM events ORDER BY time) TO '${written.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  moveFile(written, join(recent, "recent.parquet"));
  await database.run(`COPY product_events TO '${written.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`);
  moveFile(written, join(recent, productFile));
  for (const { name } of listFiles(database.filesFolder))
    copyFileSync(join(database.filesFolder, name), join(files, name), constants.COPYFILE_FICLONE);
}

/** Takes in what a restored backup brought; a crash in between takes in nothing twice. */
export async function takeRestored(folder: string, run: (sql: string) => Promise<unknown>): Promise<void> {
  const restored = join(folder, restoreFolder);
  if (!existsSync(restored)) return;
  for (const name of readdirSync(restored).filter((one) => one.endsWith(".parquet"))) {
    const quoted = join(restored, name).replaceAll("'", "''");
    await run(
      `INSERT INTO events BY NAME SELECT * FROM read_parquet('${quoted}') WHERE (time, sequence, reference) NOT IN (SELECT (time, sequence, reference) FROM events)`,
    );
  }
  const product = join(restored, productFile);
  if (existsSync(product))
    await run(
      `INSERT OR IGNORE INTO product_events BY NAME SELECT * FROM read_parquet('${product.replaceAll("'", "''")}')`,
    );
  rmSync(restored, { recursive: true, force: true });
}

function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // Another file system.
    copyFileSync(from, to);
    rmSync(from, { force: true });
  }
}
