import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeCombined } from "../peers/offline.ts";
import type { PhaseResult } from "../phase.ts";
import { har } from "./compare-offline.ts";

/**
 * Writes a run for others to judge: `access.log` in the combined form (for `gait replay` and every other reader of logs), `access.jsonl` as
 * the gateway wrote it, `trace.har` with every header and cookie that reached the application, and `truth.json`: whose each address was.
 */
export function keepTraces({ log, traces, truth }: PhaseResult, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeCombined(log, join(folder, "access.log"));
  writeFileSync(join(folder, "access.jsonl"), log.map((request) => `${JSON.stringify(request)}\n`).join(""));
  if (traces.length > 0) writeFileSync(join(folder, "trace.har"), har(traces));
  const players = Object.fromEntries([...new Set(log.map(({ ip }) => ip))].map((ip) => [ip, truth.of(ip) ?? null]));
  writeFileSync(join(folder, "truth.json"), `${JSON.stringify(players, null, 1)}\n`);
}
