import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeCombined } from "../peers/offline.ts";
import type { PhaseResult } from "../phase.ts";
import { runProgram } from "../world/processes.ts";
import type { Truth } from "../world/truth.ts";

/** The same traffic, judged inline and from one kind of trace. */
export interface OfflineComparison {
  readonly trace: "combined log" | "HTTP archive";
  readonly addresses: number;
  readonly agree: number;
  /** Addresses that only the inline door called automated or declared. */
  readonly inlineOnly: number;
  readonly offlineOnly: number;
  /** People's addresses among `offlineOnly`. */
  readonly peopleOfflineOnly: number;
  /** Whose addresses only the inline door called a program, most first. */
  readonly inlineOnlyOf: Readonly<Record<string, number>>;
  readonly why: string;
}

const main = join(import.meta.dirname, "..", "..", "src/app/cli/main.ts");
const called = (kind: string): boolean => kind === "automated" || kind === "declared-bot" || kind === "verified-agent";

const reasons: Readonly<Record<OfflineComparison["trace"], string>> = {
  "combined log":
    "a combined log shows no cookies, no header order, no TLS, no accounts and no referer here; it begins without the days before that the gateway had lived, and is judged at its end, with everything learned",
  "HTTP archive":
    "the archive shows every header and cookie, but no TLS, no HTTP/2, no accounts and no countries; it begins without the days before that the gateway had lived, in which convictions, habits and the usual way were learned",
};

/** Replays the run's traces and compares whom each door calls a program, address by address. */
export async function compareOffline(
  { log, traces, truth }: Pick<PhaseResult, "log" | "traces"> & { readonly truth: Pick<Truth, "of"> },
  directory: string,
): Promise<readonly OfflineComparison[]> {
  const combined = join(directory, "replay.log");
  writeCombined(log, combined);
  const archive = join(directory, "replay.har");
  writeFileSync(archive, har(traces));
  const inline = new Map(log.map(({ ip, kind }) => [ip, kind] as const));
  return [
    await compare("combined log", combined, { inline, truth }),
    ...(traces.length === 0 ? [] : [await compare("HTTP archive", archive, { inline, truth })]),
  ];
}

/** An HTTP Archive 1.2 of what the application saw. */
export function har(traces: PhaseResult["traces"]): string {
  const entries = traces.map((entry) => JSON.stringify(entry)).join(",\n");
  return `{"log":{"version":"1.2","creator":{"name":"arena","version":"1"},"entries":[\n${entries}\n]}}\n`;
}

async function compare(
  trace: OfflineComparison["trace"],
  file: string,
  { inline, truth }: { readonly inline: ReadonlyMap<string, string>; readonly truth: Pick<Truth, "of"> },
): Promise<OfflineComparison> {
  const args = ["--conditions=source", "--disable-warning=ExperimentalWarning", main, "replay", file, "--json"];
  const done = await runProgram(process.execPath, [...args, "--by", "ip"], { timeoutMs: 300_000 });
  if (done.code !== 0) throw new Error(`gait replay ended with ${done.code}: ${done.stderr.slice(-400)}`);
  const report = JSON.parse(done.stdout) as {
    readonly actors: readonly { readonly kind: string; readonly addresses: readonly { readonly ip: string }[] }[];
  };
  const offline = new Map(
    report.actors.flatMap(({ kind, addresses }) => addresses.map(({ ip }) => [ip, kind] as const)),
  );
  const split = { agree: 0, inlineOnly: 0, offlineOnly: 0, peopleOfflineOnly: 0 };
  const whose = new Map<string, number>();
  for (const [ip, kind] of inline) {
    const here = called(kind);
    const there = called(offline.get(ip) ?? "unknown");
    const holder = truth.of(ip);
    if (here === there) split.agree++;
    else if (here) {
      split.inlineOnly++;
      const name = holder?.campaign || holder?.name || "nobody";
      whose.set(name, (whose.get(name) ?? 0) + 1);
    } else {
      split.offlineOnly++;
      if (holder?.side === "person") split.peopleOfflineOnly++;
    }
  }
  const inlineOnlyOf = Object.fromEntries([...whose].sort((one, other) => other[1] - one[1]).slice(0, 8));
  return { trace, addresses: inline.size, ...split, inlineOnlyOf, why: reasons[trace] };
}
