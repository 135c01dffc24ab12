import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { packageVersion } from "../cli/commands/version.ts";
import type { Records } from "../records/open-records.ts";

/** What a backup holds; its last file, so that one without it was never finished. */
export interface BackupManifest {
  readonly version: 1;
  readonly gait: string;
  /** Wall clock, ms. */
  readonly at: number;
  /** The newest audit entry: a log that is restored from elsewhere and ends before it was cut. */
  readonly audit: { readonly entries: number; readonly head: string };
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

export const manifestFile = "manifest.json";
/** Below the state directory. */
export const backupsFolder = "backups";

/** Neither state nor small: a socket, halves of files, what waits for the store, what backtests read. */
const leftOut = /\.(sock|tmp|spool)$/;

/**
 * Copies what the gateway keeps into a folder of its own below the state directory, while it serves: control data by SQLite's
 * own copy, records as Parquet, keys, what was learned, address lists. Facts for backtests are left out: they are large
 * and come again. It holds the installation's keys, so it is readable by its owner alone and belongs somewhere safe.
 */
export async function createBackup(
  statePath: string,
  { records, now }: { readonly records: Records; readonly now: number },
): Promise<{ readonly path: string; readonly files: number; readonly bytes: number }> {
  const name = new Date(now).toISOString().replace(/[:.]/g, "-");
  const path = join(statePath, backupsFolder, name);
  const partial = `${path}.partial`;
  try {
    mkdirSync(join(partial, "control"), { recursive: true, mode: 0o700 });
    records.control.backup(join(partial, "control", "control.sqlite"));
    await records.backup(join(partial, "records"));
    for (const file of plainFiles(statePath)) copyPrivate(join(statePath, file), join(partial, file));
    mkdirSync(join(partial, "intel"), { mode: 0o700, recursive: true });
    for (const file of plainFiles(join(statePath, "intel")))
      copyPrivate(join(statePath, "intel", file), join(partial, "intel", file));
    const entries = records.control.auditLength();
    const head = records.control.audit({ after: entries - 1, limit: 1 })[0]?.hash ?? "";
    const files = describe(partial);
    // The database writes its files as its own umask has it; what is handed on is for its owner alone.
    for (const file of files) chmodSync(join(partial, file.name), 0o600);
    const manifest: BackupManifest = { version: 1, gait: packageVersion(), at: now, audit: { entries, head }, files };
    writeFileSync(join(partial, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    renameSync(partial, path);
    return { path, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

/** Every file below a folder with its size and checksum, but for the manifest. */
export function describe(folder: string): BackupManifest["files"] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => relative(folder, file) !== manifestFile)
    .sort()
    .map((file) => ({
      name: relative(folder, file),
      bytes: statSync(file).size,
      sha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
    }));
}

function plainFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !leftOut.test(entry.name))
      .map(({ name }) => name);
  } catch {
    // No lists were fetched yet.
    return [];
  }
}

function copyPrivate(from: string, to: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o600);
}
