import { join } from "node:path";
import { writeCombined } from "../peers/offline.ts";
import type { PhaseResult } from "../phase.ts";
import { runProgram } from "../world/processes.ts";

/** The same traffic, judged inline and from its access log. */
export interface OfflineComparison {
  readonly addresses: number;
  readonly agree: number;
  /** Addresses that only the inline door called automated or declared. */
  readonly inlineOnly: number;
  readonly offlineOnly: number;
  /** People's addresses among `offlineOnly`. */
  readonly peopleOfflineOnly: number;
  readonly why: string;
}

const main = join(import.meta.dirname, "..", "..", "src/app/cli/main.ts");
const called = (kind: string): boolean => kind === "automated" || kind === "declared-bot" || kind === "verified-agent";

/** Replays the run's log in the combined form and compares whom each door calls a program, address by address. */
export async function compareOffline({ log, truth }: PhaseResult, directory: string): Promise<OfflineComparison> {
  const file = join(directory, "replay.log");
  writeCombined(log, file);
  const args = [
    "--conditions=source",
    "--disable-warning=ExperimentalWarning",
    main,
    "replay",
    file,
    "--json",
    "--by",
    "ip",
  ];
  const done = await runProgram(process.execPath, args, { timeoutMs: 300_000 });
  if (done.code !== 0) throw new Error(`gait replay ended with ${done.code}: ${done.stderr.slice(-400)}`);
  const report = JSON.parse(done.stdout) as {
    readonly actors: readonly { readonly kind: string; readonly addresses: readonly { readonly ip: string }[] }[];
  };
  const offline = new Map(
    report.actors.flatMap(({ kind, addresses }) => addresses.map(({ ip }) => [ip, kind] as const)),
  );
  const inline = new Map(log.map(({ ip, kind }) => [ip, kind] as const));
  const split = { agree: 0, inlineOnly: 0, offlineOnly: 0, peopleOfflineOnly: 0 };
  for (const [ip, kind] of inline) {
    const here = called(kind);
    const there = called(offline.get(ip) ?? "unknown");
    if (here === there) split.agree++;
    else if (here) split.inlineOnly++;
    else {
      split.offlineOnly++;
      if (truth.of(ip)?.side === "person") split.peopleOfflineOnly++;
    }
  }
  return {
    addresses: inline.size,
    ...split,
    why: "a combined log shows no cookies, no header order, no TLS and no referer here, and its verdicts are made at the end, with everything learned",
  };
}
