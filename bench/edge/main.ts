/**
 * Compares the data plane with its peers in one interleaved run on one pinned core: `npm run bench:edge [-- --quick]`.
 *
 * Candidates run on core 0, one after the other in every round; load generator and origin run on core 1. CPU per
 * request is what the kernel charged to the candidate's process in the slice, and the steadiest figure on a shared
 * machine: medians over the rounds are printed. The last line is JSON.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Candidate, createCandidates, originConfig } from "./candidates.ts";
import { cpuSeconds, loadClosed, loadOpen, mainThreadSeconds } from "./load.ts";

const quick = process.argv.includes("--quick");
const only = process.argv
  .find((argument) => argument.startsWith("--only="))
  ?.slice(7)
  .split(",");
const rounds = quick ? 3 : 9;
const sliceSeconds = quick ? 1 : 2;
const openSeconds = quick ? 0.5 : 2;
/** Half of what the fast ones can do, so that all are asked at the same rate. */
const openPerSecondMax = 8_000;
const warmRequests = quick ? 40_000 : 200_000;
const warmSlicesMax = quick ? 3 : 20;
const firstPort = 18_400;
const originPort = firstPort + 90;

interface Result {
  readonly candidate: Candidate;
  /** Of the whole process, with what its other threads took. */
  readonly cpuUs: number[];
  readonly otherThreadsUs: number[];
  readonly perSecond: number[];
  failures: number;
  /** Added at half load, one of each round. */
  readonly p50Ms: number[];
  readonly p99Ms: number[];
}

const folder = mkdtempSync(join(tmpdir(), "gait-bench-edge-"));
const children: ChildProcess[] = [];

try {
  await compare();
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

async function compare(): Promise<void> {
  const originPath = join(folder, "origin.conf");
  writeFileSync(originPath, originConfig(originPort));
  await start({ name: "origin", port: originPort, command: ["nginx", "-c", originPath] }, 1);
  const candidates = createCandidates(folder, originPort, firstPort).filter(
    ({ name }) => only === undefined || only.includes(name),
  );
  for (const { name, needs } of candidates) {
    if (needs !== undefined && !existsSync(needs[0]))
      throw new Error(`${name} is not installed: apt-get install ${needs[1]}`);
  }
  const results: Result[] = candidates.map((candidate) => ({
    candidate,
    cpuUs: [],
    otherThreadsUs: [],
    perSecond: [],
    failures: 0,
    p50Ms: [],
    p99Ms: [],
  }));
  const pids = new Map<string, number>();
  for (const candidate of candidates) pids.set(candidate.name, await start(candidate, 0));
  for (const candidate of candidates) await warm(candidate);
  for (let round = 0; round < rounds; round++) {
    for (const result of results) await closedSlice(result, pids.get(result.candidate.name) ?? 0);
  }
  // Interleaved, too, and medians are printed: whatever else the machine does for a second hits one slice of many.
  for (let round = 0; round < rounds; round++) {
    const direct = await loadOpen(folder, originPort, { perSecond: openPerSecondMax, seconds: openSeconds });
    for (const result of results) await openSlice(result, direct);
  }
  report(results);
}

/**
 * Until compilers have had the requests they need, counted and not timed, because a gateway runs for weeks and a busy machine
 * gives a second few of them. What was compiled beforehand needs one slice of the long run, and none of the quick one.
 */
async function warm({ port, command }: Candidate): Promise<void> {
  const compilesWhileRunning = command[0] === process.execPath;
  if (!compilesWhileRunning && quick) return;
  let requests = 0;
  for (let slice = 0; slice < (compilesWhileRunning ? warmSlicesMax : 1) && requests < warmRequests; slice++)
    requests += (await loadClosed(folder, port, sliceSeconds)).requests;
}

async function closedSlice(result: Result, pid: number): Promise<void> {
  const before = cpuSeconds(pid);
  const mainBefore = mainThreadSeconds(pid);
  const slice = await loadClosed(folder, result.candidate.port, sliceSeconds);
  const whole = cpuSeconds(pid) - before;
  result.cpuUs.push((whole / slice.requests) * 1e6);
  result.otherThreadsUs.push(Math.max(0, ((whole - (mainThreadSeconds(pid) - mainBefore)) / slice.requests) * 1e6));
  result.perSecond.push(slice.perSecond);
  result.failures += slice.failures;
}

/** At half of what the slowest of the fast ones can do, or half of what a slow one can. */
async function openSlice(result: Result, direct: readonly number[]): Promise<void> {
  const perSecond = Math.min(openPerSecondMax, median(result.perSecond) / 2);
  const times = await loadOpen(folder, result.candidate.port, { perSecond, seconds: openSeconds });
  result.p50Ms.push(quantile(times, 0.5) - quantile(direct, 0.5));
  result.p99Ms.push(quantile(times, 0.99) - quantile(direct, 0.99));
}

function report(results: readonly Result[]): void {
  const base = results.find(({ candidate }) => candidate.name === "nginx") ?? results[0];
  if (base === undefined) return;
  const baseCpu = median(base.cpuUs);
  const rows = results.map((result) => ({
    proxy: result.candidate.name,
    "CPU µs/request": median(result.cpuUs).toFixed(1),
    "of it other threads": median(result.otherThreadsUs).toFixed(1),
    "× nginx": (median(result.cpuUs) / baseCpu).toFixed(2),
    "requests/s": Math.round(median(result.perSecond)),
    "p50 added ms": median(result.p50Ms).toFixed(3),
    "p99 added ms": median(result.p99Ms).toFixed(3),
    failures: result.failures,
  }));
  console.table(rows);
  const pairs = (value: (result: Result) => number): Record<string, number> =>
    Object.fromEntries(
      results
        .filter((result) => result !== base)
        .map((result) => [result.candidate.name, Number(value(result).toFixed(3))]),
    );
  console.log(
    JSON.stringify({
      cpuPerRequestVsNginx: pairs((result) => median(result.cpuUs) / baseCpu),
      p99AddedMs: { nginx: Number(median(base.p99Ms).toFixed(3)), ...pairs((result) => median(result.p99Ms)) },
    }),
  );
}

async function start(candidate: Candidate, core: number): Promise<number> {
  const child = spawn("taskset", ["-c", String(core), ...candidate.command], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...candidate.env },
  });
  children.push(child);
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  for (let turn = 0; turn < 300; turn++) {
    if (await answers(candidate.port)) return child.pid ?? 0;
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${candidate.name} did not start: ${said}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
