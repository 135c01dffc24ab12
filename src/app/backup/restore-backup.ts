import { chmodSync, cpSync, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { GaitError } from "#core";
import { type BackupManifest, describe, manifestFile } from "./create-backup.ts";

/** What was put back, and where the state from before lies now. */
export interface Restored {
  readonly manifest: BackupManifest;
  /** Null: there was none. */
  readonly before: string | null;
}

/**
 * Reads a backup's manifest and compares every file with it.
 * @throws GaitError `backup-broken` for one that is incomplete, damaged or from a newer Gait
 */
export function checkBackup(backup: string): BackupManifest {
  const broken = (why: string): GaitError => new GaitError("backup-broken", `${JSON.stringify(backup)}: ${why}`);
  let manifest: BackupManifest;
  try {
    manifest = JSON.parse(readFileSync(join(backup, manifestFile), "utf8")) as BackupManifest;
  } catch {
    throw broken(`expected a folder with ${manifestFile}; a backup without it was never finished`);
  }
  if (manifest.version !== 1) throw broken(`its version is ${manifest.version}; this Gait reads version 1`);
  const found = new Map(describe(backup).map((file) => [file.name, file]));
  for (const { name, bytes, sha256 } of manifest.files) {
    const file = found.get(name);
    if (file === undefined) throw broken(`${name} is missing`);
    if (file.sha256 !== sha256)
      throw broken(`${name} is not as it was written (${file.bytes} bytes, expected ${bytes})`);
    found.delete(name);
  }
  for (const name of found.keys()) throw broken(`${name} is not of this backup`);
  return manifest;
}

/**
 * Puts a backup in place of a state directory. What was there is moved aside, not deleted; the new state is whole in
 * its place or not there at all. @throws GaitError `backup-broken`, `backup-running`
 */
export async function restoreBackup(
  backup: string,
  state: string,
  { now }: { readonly now: number },
): Promise<Restored> {
  const manifest = checkBackup(backup);
  if (await answers(join(state, "admin.sock")))
    throw new GaitError("backup-running", `a gateway serves from ${JSON.stringify(state)}; stop it first`);
  const target = resolve(state);
  const fresh = `${target}.restoring`;
  rmSync(fresh, { recursive: true, force: true });
  cpSync(backup, fresh, { recursive: true, filter: (source) => source !== join(backup, manifestFile) });
  chmodSync(fresh, 0o700);
  const before = existsSync(target) ? `${target}.before-${new Date(now).toISOString().replace(/[:.]/g, "-")}` : null;
  if (before !== null) renameSync(target, before);
  renameSync(fresh, target);
  return { manifest, before };
}

/** Whether somebody listens there. */
function answers(socketPath: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}
