import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LoggedRequest } from "../world/gateway.ts";
import type { HarEntry } from "../world/platform.ts";
import type { Holder } from "../world/truth.ts";
import { compareOffline, type OfflineComparison } from "./compare-offline.ts";

/**
 * Replays a folder that `--traces` kept (`seed-1/observe`) and compares whom each door calls a program, address by address.
 *
 * @throws Error where the folder holds no run.
 */
export async function compareKept(folder: string, directory: string): Promise<readonly OfflineComparison[]> {
  const file = (name: string): string => join(folder, name);
  if (!existsSync(file("access.jsonl")))
    throw new Error(`${file("access.jsonl")} is missing: keep a run with --traces`);
  const log = readFileSync(file("access.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LoggedRequest);
  const holders = JSON.parse(readFileSync(file("truth.json"), "utf8")) as Readonly<Record<string, Holder | null>>;
  const archive = existsSync(file("trace.har")) ? readFileSync(file("trace.har"), "utf8") : "";
  const traces =
    archive === ""
      ? []
      : (JSON.parse(archive) as { readonly log: { readonly entries: readonly HarEntry[] } }).log.entries;
  return compareOffline({ log, traces, truth: { of: (ip) => holders[ip] ?? undefined } }, directory);
}
