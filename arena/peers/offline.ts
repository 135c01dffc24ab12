import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isbot } from "isbot";
import { crowdsecHome } from "../../bench/crowdsec-home.ts";
import type { LoggedRequest } from "../world/gateway.ts";
import { runProgram } from "../world/processes.ts";

/** The run as nginx would have logged it, for tools that read logs. */
export function writeCombined(log: readonly LoggedRequest[], path: string): void {
  writeFileSync(path, log.map(combined).join(""));
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

function combined({ time, ip, method, path, query, status, userAgent }: LoggedRequest): string {
  const at = new Date(time);
  const two = (value: number): string => String(value).padStart(2, "0");
  const stamp = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
  const target = query === "" ? path : `${path}?${query}`;
  return `${ip} - - [${stamp}] "${method} ${target} HTTP/1.1" ${status} 100 "-" "${userAgent.replaceAll('"', "'") || "-"}"\n`;
}

/** isbot on the user agent: what most applications have. */
export function byIsbot(log: readonly LoggedRequest[]): ReadonlySet<string> {
  return new Set(log.flatMap(({ id, userAgent }) => (isbot(userAgent) ? [id] : [])));
}

/** Requests of an address after the moment it was banned. */
function after(log: readonly LoggedRequest[], banned: ReadonlyMap<string, number>): ReadonlySet<string> {
  return new Set(
    log.flatMap(({ id, ip, time }) => (Date.parse(time) > (banned.get(ip) ?? Number.POSITIVE_INFINITY) ? [id] : [])),
  );
}

/**
 * fail2ban as it is set up for a login: five refused logins of one address in ten minutes. fail2ban-regex finds the lines;
 * the count is what its jail does with them.
 */
export async function byFail2ban(log: readonly LoggedRequest[], directory: string): Promise<ReadonlySet<string>> {
  const file = join(directory, "fail2ban.log");
  writeCombined(log, file);
  const filter = join(directory, "fail2ban-filter.conf");
  writeFileSync(
    filter,
    '[Definition]\nfailregex = ^<HOST> \\S+ \\S+ \\[[^\\]]*\\] "[A-Z]+ \\S+ HTTP/[\\d.]+" 40[134] \ndatepattern = %%d/%%b/%%Y:%%H:%%M:%%S %%z\n',
  );
  const done = await runProgram("fail2ban-regex", ["--print-all-matched", file, filter], { timeoutMs: 180_000 });
  if (!done.stdout.includes("Results"))
    throw new Error(`fail2ban-regex ended with ${done.code}: ${done.stderr.slice(-300)}`);
  const matched = new Map<string, number>();
  for (const line of done.stdout.split("\n")) {
    const ip = /^\|\s+(\d+\.\d+\.\d+\.\d+) - - \[/.exec(line)?.[1];
    if (ip !== undefined) matched.set(ip, (matched.get(ip) ?? 0) + 1);
  }
  const banned = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const { ip, status, time } of log) {
    if ((matched.get(ip) ?? 0) < 5 || ![401, 403, 404].includes(status)) continue;
    const count = (counts.get(ip) ?? 0) + 1;
    counts.set(ip, count);
    if (count === 5) banned.set(ip, Date.parse(time));
  }
  return after(log, banned);
}

/** CrowdSec over the whole log: its parser for nginx and the packaged HTTP scenarios. */
export async function byCrowdsec(log: readonly LoggedRequest[], directory: string): Promise<ReadonlySet<string>> {
  const file = join(directory, "crowdsec.log");
  writeCombined(log, file);
  const config = crowdsecHome(directory);
  const run = await runProgram("crowdsec", ["-c", config, "-dsn", `file://${file}`, "-type", "nginx"], {
    timeoutMs: 240_000,
  });
  if (run.code !== 0) throw new Error(`crowdsec ended with ${run.code}: ${run.stderr.slice(-400)}`);
  const listed = await runProgram("cscli", ["-c", config, "alerts", "list", "-o", "json", "-l", "0"]);
  const alerts = (JSON.parse(listed.stdout || "[]") ?? []) as readonly {
    readonly source?: { readonly value?: string };
    readonly stop_at?: string;
  }[];
  const banned = new Map<string, number>();
  for (const { source, stop_at: at } of alerts) {
    const ip = source?.value ?? "";
    const time = Date.parse(at ?? "");
    if (ip !== "" && !Number.isNaN(time)) banned.set(ip, Math.min(time, banned.get(ip) ?? Number.POSITIVE_INFINITY));
  }
  return after(log, banned);
}
