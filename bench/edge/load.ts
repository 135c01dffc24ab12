import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A browser's request of about 690 bytes with 14 headers. */
const headers: readonly (readonly [string, string])[] = [
  ["Connection", "keep-alive"],
  ["sec-ch-ua", '"Chromium";v="142", "Not_A Brand";v="24"'],
  ["sec-ch-ua-mobile", "?0"],
  ["sec-ch-ua-platform", '"Linux"'],
  ["Upgrade-Insecure-Requests", "1"],
  [
    "User-Agent",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  ],
  ["Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"],
  ["Sec-Fetch-Site", "same-origin"],
  ["Sec-Fetch-Mode", "navigate"],
  ["Sec-Fetch-Dest", "document"],
  ["Referer", "http://shop.example/category/12"],
  ["Accept-Encoding", "gzip, deflate, br"],
  ["Cookie", "sid=0123456789abcdef0123456789abcdef; theme=dark"],
];

/** Seconds of CPU a process with all its threads has used, to a hundredth. */
export function cpuSeconds(pid: number): number {
  return secondsIn(`/proc/${pid}/stat`);
}

/** The share of its first thread; the rest is the runtime's compilers and collectors, or workers. */
export function mainThreadSeconds(pid: number): number {
  return secondsIn(`/proc/${pid}/task/${pid}/stat`);
}

function secondsIn(path: string): number {
  const stat = readFileSync(path, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** What one slice of closed-loop load did. */
export interface Slice {
  readonly requests: number;
  readonly perSecond: number;
  readonly failures: number;
}

/** Loads a port for a while with 64 kept connections, from the core the candidates do not run on. */
export async function loadClosed(folder: string, port: number, seconds: number): Promise<Slice> {
  const script = join(folder, "request.lua");
  const lines = headers
    .filter(([name]) => name !== "Connection")
    .map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`);
  writeFileSync(
    script,
    `${lines.join("\n")}
local n = 0
request = function() n = n + 1; return wrk.format("GET", "/category/" .. (n % 40) .. "/product/" .. (n % 997) .. "?ref=list") end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d\\n", summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout))
end
`,
  );
  const text = await run("taskset", [
    "-c",
    "1",
    "wrk",
    "-t1",
    "-c64",
    `-d${seconds}s`,
    "-s",
    script,
    `http://127.0.0.1:${port}/`,
  ]);
  const found = /RESULT (\d+) (\d+) (\d+)/.exec(text);
  if (found === null) throw new Error(`wrk printed no result:\n${text}`);
  const [, requests, durationUs, failures] = found.map(Number) as [number, number, number, number];
  return { requests, perSecond: requests / (durationUs / 1e6), failures };
}

/** What one client of h2load sends in a second: its timer ticks every 10 ms, so that faster ones send bursts instead. */
const perClient = 99;
/** The most clients of one open load: 25,000 requests a second. */
const clientsMax = 256;

/**
 * Sends at a fixed rate whatever the answers take, and gives back their times in milliseconds, sorted. Clients begin a
 * millisecond apart and tick every 10.1 ms: requests of clients that tick together would wait for each other, and the
 * tail would tell how long that queue is.
 */
export async function loadOpen(
  folder: string,
  port: number,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<number[]> {
  const log = join(folder, `latency-${port}.log`);
  rmSync(log, { force: true });
  const clients = Math.min(clientsMax, Math.max(1, Math.round(perSecond / perClient)));
  const flags = headers
    .filter(([name]) => name !== "Connection")
    .flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  await run("taskset", [
    "-c",
    "1",
    "h2load",
    "--h1",
    "-t1",
    "-c",
    String(clients),
    "-n",
    String(Math.round(clients * perClient * seconds)),
    "-r1",
    "--rate-period=1ms",
    `--rps=${perClient}`,
    `--log-file=${log}`,
    ...flags,
    `http://127.0.0.1:${port}/product/7`,
  ]);
  return readFileSync(log, "latin1")
    .trim()
    .split("\n")
    .map((line) => Number(line.split("\t")[2]) / 1000)
    .filter((value) => Number.isFinite(value))
    .sort((a, b) => a - b);
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 64 * 1024 * 1024, timeout: 120_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} failed: ${error.message}\n${stderr}`));
    });
  });
}
