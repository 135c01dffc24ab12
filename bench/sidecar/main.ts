/**
 * What Gait beside a proxy costs, in one interleaved run on one pinned core: `npm run bench:sidecar [-- --quick]`.
 *
 * Each proxy runs alone, then with the full engine beside it; proxy and Gait share core 0, load generator and origin run
 * on core 1. Figures are ratios against the plain proxy in the same round: CPU of both processes a request, and the
 * throughput that remains. The configurations are those of deploy/. The last line is JSON.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { originConfig } from "../edge/candidates.ts";
import { loadClosed, loadOpen } from "../edge/load.ts";
import { cpuOf, type Running, startGait, startProcess } from "./processes.ts";
import { measureSpoe } from "./spoe-load.ts";
import { createSubjects, type Subject } from "./subjects.ts";

const quick = process.argv.includes("--quick");
const rounds = quick ? 2 : 5;
const sliceSeconds = quick ? 2 : 3;
const openSeconds = quick ? 2 : 5;
const firstPort = 18_600;
const originPort = firstPort + 90;
const goals: Readonly<Record<string, number>> = { "haproxy + SPOE": 1.8, "nginx + auth_request": 2.8 };
const spoeGoal = 60_000;
const addedP99MsGoal = 1;

interface Result {
  readonly subject: Subject;
  readonly cpuUs: number[];
  readonly perSecond: number[];
  failures: number;
  p99Ms: number;
}

const folder = mkdtempSync(join(tmpdir(), "gait-bench-sidecar-"));
const running: Running[] = [];

try {
  await compare();
} finally {
  for (const one of running.reverse()) one.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(): Promise<void> {
  const originPath = join(folder, "origin.conf");
  writeFileSync(originPath, originConfig(originPort));
  running.push(await startProcess({ command: ["nginx", "-c", originPath], port: originPort, core: 1, cwd: folder }));
  const gait = await startGait(folder, firstPort + 80);
  running.push(gait);
  const subjects = createSubjects(folder, { firstPort, originPort, gaitPort: firstPort + 80 });
  const results: Result[] = [];
  const proxies = new Map<Subject, Running>();
  for (const subject of subjects) {
    const proxy = await startProcess({
      command: subject.command,
      port: subject.port,
      core: 0,
      cwd: subject.folder,
      env: subject.env,
    });
    running.push(proxy);
    proxies.set(subject, proxy);
    results.push({ subject, cpuUs: [], perSecond: [], failures: 0, p99Ms: 0 });
    await loadClosed(folder, subject.port, 1);
  }
  for (let round = 0; round < rounds; round++) {
    for (const result of results) {
      const pids = [...(proxies.get(result.subject)?.pids() ?? []), ...gait.pids()];
      const before = cpuOf(pids);
      const slice = await loadClosed(folder, result.subject.port, sliceSeconds);
      result.cpuUs.push(((cpuOf(pids) - before) * 1e6) / slice.requests);
      result.perSecond.push(slice.perSecond);
      result.failures += slice.failures;
    }
  }
  // Half of what the slower of the pair can do: the same rate with and without Gait.
  for (const result of results) {
    const slowest = Math.min(
      ...results
        .filter(({ subject }) => subject.plain === result.subject.plain)
        .map(({ perSecond }) => median(perSecond)),
    );
    const times = await loadOpen(folder, result.subject.port, { perSecond: slowest / 2, seconds: openSeconds });
    result.p99Ms = times[Math.floor(times.length * 0.99)] ?? Number.NaN;
  }
  const spoe = await measureSpoe(gait, firstPort + 80, quick ? 3 : 8);
  report(results, spoe);
}

function report(
  results: readonly Result[],
  spoe: { readonly perSecondPerCore: number; readonly perSecond: number },
): void {
  const rows = results.map((result) => {
    const plain = results.find(({ subject }) => subject.name === result.subject.plain) ?? result;
    const cpu = median(result.cpuUs.map((value, i) => value / (plain.cpuUs[i] ?? Number.NaN)));
    const share = median(result.perSecond.map((value, i) => value / (plain.perSecond[i] ?? Number.NaN)));
    return {
      name: result.subject.name,
      cpuUs: round(median(result.cpuUs), 1),
      cpuRatio: round(cpu, 2),
      throughputShare: round(share, 2),
      addedP99Ms: round(result.p99Ms - plain.p99Ms, 2),
      failures: result.failures,
      goal: goals[result.subject.name] ?? null,
    };
  });
  console.log("name                               CPU µs  CPU/plain  throughput/plain  added p99 ms  failures  goal");
  for (const row of rows) {
    console.log(
      `${row.name.padEnd(34)} ${row.cpuUs.toFixed(1).padStart(6)} ${row.cpuRatio.toFixed(2).padStart(10)} ${row.throughputShare.toFixed(2).padStart(17)} ${row.addedP99Ms.toFixed(2).padStart(13)} ${String(row.failures).padStart(9)}  ${row.goal === null ? "" : `≤ ${row.goal}: ${row.cpuRatio <= row.goal ? "met" : "missed"}`}`,
    );
  }
  console.log(
    `SPOE, pipelined: ${Math.round(spoe.perSecondPerCore)} decisions/s per core of Gait's CPU (${Math.round(spoe.perSecond)}/s by the clock); goal ${spoeGoal}: ${spoe.perSecondPerCore >= spoeGoal ? "met" : "missed"}`,
  );
  console.log(
    JSON.stringify({
      bench: "sidecar",
      quick,
      rounds,
      rows,
      spoeDecisionsPerCoreSecond: Math.round(spoe.perSecondPerCore),
      goals: { ...goals, spoe: spoeGoal, addedP99Ms: addedP99MsGoal },
    }),
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
