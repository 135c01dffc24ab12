import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { GaitError } from "#core";

const secretBytesMax = 65_536;

/**
 * Writes a secret that was drawn for this installation, unless its file is there already. It is on the disk, and its
 * name in the directory, before anything is made with it: after a loss of power an empty key file would keep the gateway
 * from starting, and another key would fit nothing that was kept.
 * @throws GaitError `state-directory`
 */
export function drawSecretFile(file: string, secret: string): void {
  try {
    writeFileSync(file, `${secret}\n`, { flag: "wx", mode: 0o600, flush: true });
    const directory = openSync(dirname(file), "r");
    fsyncSync(directory);
    closeSync(directory);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "EEXIST") return;
    throw new GaitError("state-directory", `store.path: cannot write ${JSON.stringify(file)} (${code ?? "unknown"})`);
  }
}

/**
 * Reads a secret from a file that only its owner can read.
 * @throws GaitError `secret-file` when the file is missing, open to others (mode beyond 0600) or empty.
 */
export function readSecretFile(path: string, key: string): string {
  let mode: number;
  let text: string;
  try {
    const facts = statSync(path);
    if (facts.size > secretBytesMax) throw refuse(path, key, `has ${facts.size} bytes; a secret is short`);
    mode = facts.mode & 0o777;
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof GaitError) throw error;
    throw refuse(path, key, `cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
  if ((mode & 0o177) !== 0) {
    throw refuse(path, key, `has mode ${mode.toString(8).padStart(4, "0")}; expected 0600 (chmod 600 ${path})`);
  }
  if (text === "") throw refuse(path, key, "is empty");
  return text;
}

function refuse(path: string, key: string, why: string): GaitError {
  return new GaitError("secret-file", `${key}: the file ${JSON.stringify(path)} ${why}`, { exitCode: 2 });
}
