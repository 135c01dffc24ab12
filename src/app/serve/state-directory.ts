import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GaitError, type HashKey } from "#core";
import { drawSecretFile, readSecretFile } from "./secret-file.ts";

/** What the gateway keeps on disk. */
export interface StateDirectory {
  readonly path: string;
  /** Drawn once per installation; hashes made with another key do not match. */
  readonly hashKey: HashKey;
  /** Keeps a configuration that took effect, so that a bad file does not keep the gateway from starting. */
  keepLastGood(configPath: string, text: string): void;
}

const hashKeyFile = "hash.key";
const lastGoodFile = "last-good.yaml";
const lastGoodHeader = "# Kept by gait: the last configuration that took effect, from ";

/** Opens the directory and makes what is missing, readable by its owner alone. @throws GaitError `state-directory`. */
export function openStateDirectory(path: string): StateDirectory {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new GaitError("state-directory", `store.path: cannot make the directory ${JSON.stringify(path)} (${code})`);
  }
  return {
    path,
    hashKey: openHashKey(path),
    keepLastGood(configPath, text) {
      writeWhole(join(path, lastGoodFile), `${lastGoodHeader}${configPath}\n${text}`);
    },
  };
}

/** The last good configuration of a config file, or undefined when none was kept or it belongs to another file. */
export function readLastGood(path: string, configPath: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(join(path, lastGoodFile));
    return bytes.toString("utf8").startsWith(`${lastGoodHeader}${configPath}\n`) ? bytes : undefined;
  } catch {
    // Not there yet: the first start of this installation.
    return undefined;
  }
}

function openHashKey(path: string): HashKey {
  const file = join(path, hashKeyFile);
  drawSecretFile(file, randomBytes(8).toString("hex"));
  const text = readSecretFile(file, "store.path");
  if (!/^[0-9a-f]{16}$/.test(text)) {
    throw new GaitError(
      "state-directory",
      `store.path: ${JSON.stringify(file)} is no hash key; expected 16 hex digits`,
    );
  }
  return { k0: Number.parseInt(text.slice(0, 8), 16) | 0, k1: Number.parseInt(text.slice(8), 16) | 0 };
}

/** Written beside and renamed: a crash leaves the old file or the new one, never half of one. */
function writeWhole(file: string, text: string): void {
  const beside = `${file}.tmp`;
  writeFileSync(beside, text, { mode: 0o600, flush: true });
  chmodSync(beside, 0o600);
  renameSync(beside, file);
}
