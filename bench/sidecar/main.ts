/**
 * What Gait beside a proxy costs, in one interleaved run on one pinned core:
 * `npm run bench:sidecar [-- --quick] [--only=haproxy,spoe] [--packs=all] [--profile=FOLDER]`; `--packs=` loads none.
 *
 * Each proxy runs alone, then with the full engine beside it; proxy and Gait share core 0, load generator and origin run
 * on core 1. Figures are ratios against the plain proxy in the same round: CPU of both processes a request, and the
 * throughput that remains. CPU of Gait's other threads (its store, the runtime's compilers and collectors) counts in the
 * total and is printed apart. The configurations are those of deploy/, with time limits raised so that every request is judged.
 * Progress goes to stderr, the last line is JSON.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { originConfig } from "../edge/candidates.ts";
import { loadClosed, loadOpen } from "../edge/load.ts";
import { median } from "./median.ts";
import { freePorts, phase, progress } from "./phases.ts";
import { cpuOf, cpuOfGait, type Doors, type Running, startGait, startProcess } from "./processes.ts";
import { type Result, report } from "./report.ts";
import { measureSpoe, type Side, type SpoeResult } from "./spoe-load.ts";
import { createSubjects, type Subject, subjectsMax } from "./subjects.ts";

const quick = process.argv.includes("--quick");
const only = option("--only")?.split(",");
const packs = option("--packs")
  ?.split(",")
  .filter((name) => name !== "");
const profile = option("--profile");
const rounds = quick ? 2 : 5;
const warmSeconds = 1;
const sliceSeconds = quick ? 1 : 3;
const openSeconds = quick ? 1 : 5;
const spoeSeconds = quick ? 3 : 8;
/** What a phase may take beyond the load it sends. */
const graceSeconds = 15;

const folder = mkdtempSync(join(tmpdir(), "gait-bench-sidecar-"));
const running: Running[] = [];

try {
  await compare();
} catch (error) {
  console.error(`bench:sidecar: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await Promise.all(running.reverse().map((one) => one.stop()));
  rmSync(folder, { recursive: true, force: true });
}

function option(name: string): string | undefined {
  return process.argv.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
}

async function compare(): Promise<void> {
  const [originPort = 0, haproxy = 0, nginx = 0, forwardAuth = 0, ...proxies] = await freePorts(4 + subjectsMax);
  const doors: Doors = { haproxy, nginx, forwardAuth };
  const originPath = join(folder, "origin.conf");
  writeFileSync(originPath, originConfig(originPort));
  const command = ["nginx", "-c", originPath];
  const start = (name: string, work: () => Promise<Running>): Promise<Running> =>
    phase(`start ${name}`, 2 * graceSeconds, async () => {
      const one = await work();
      running.push(one);
      return one;
    });
  await start("the origin", () => startProcess({ command, port: originPort, core: 1, cwd: folder }));
  const flags = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const gait = await start("Gait", () => startGait(folder, { doors, nodeFlags: flags, packs }));
  const subjects = createSubjects(folder, { proxies, originPort, doors }).filter(
    ({ plain }) => only === undefined || only.includes(plain),
  );
  const results: Result[] = [];
  const pids = new Map<Subject, readonly number[]>();
  for (const subject of subjects) {
    const { command, port, folder: cwd, env } = subject;
    const proxy = await start(subject.name, () => startProcess({ command, port, core: 0, cwd, env }));
    pids.set(subject, proxy.pids());
    results.push({ subject, cpuUs: [], gaitUs: [], otherThreadsUs: [], perSecond: [], failures: 0, p99Ms: 0 });
    await phase(`warm ${subject.name}`, warmSeconds + graceSeconds, () => loadClosed(folder, port, warmSeconds));
  }
  for (let round = 1; round <= rounds; round++) {
    for (const result of results) {
      const name = `round ${round} of ${rounds}: ${result.subject.name}`;
      await phase(name, sliceSeconds + graceSeconds, () => closedSlice(result, gait, pids.get(result.subject) ?? []));
    }
  }
  await openLoop(results);
  const spoe: Partial<Record<Side, SpoeResult>> = {};
  if (only === undefined || only.includes("spoe")) {
    for (const side of ["requests", "both"] as const) {
      spoe[side] = await phase(`SPOE, pipelined, ${side}`, spoeSeconds + graceSeconds, () =>
        measureSpoe(gait, { port: haproxy, seconds: spoeSeconds, side }),
      );
    }
  }
  progress("done");
  report(results, { spoe, quick, rounds });
}

async function closedSlice(result: Result, gait: Running, proxy: readonly number[]): Promise<void> {
  const before = { proxy: cpuOf(proxy), gait: cpuOfGait(gait) };
  const slice = await loadClosed(folder, result.subject.port, sliceSeconds);
  const after = cpuOfGait(gait);
  const perRequest = (seconds: number): number => (seconds * 1e6) / slice.requests;
  const gaitUs = perRequest(after.answering - before.gait.answering);
  const othersUs = perRequest(after.others - before.gait.others);
  result.gaitUs.push(gaitUs);
  result.otherThreadsUs.push(othersUs);
  // What Gait does on its own while a plain proxy is measured is not that proxy's.
  const beside = result.subject.name === result.subject.plain ? 0 : gaitUs + othersUs;
  result.cpuUs.push(perRequest(cpuOf(proxy) - before.proxy) + beside);
  result.perSecond.push(slice.perSecond);
  result.failures += slice.failures;
}

/** Half of what the slowest with the same proxy can do: the same rate with and without Gait. */
async function openLoop(results: readonly Result[]): Promise<void> {
  for (const result of results) {
    const { name, plain, port } = result.subject;
    const rates = results.filter(({ subject }) => subject.plain === plain).map(({ perSecond }) => median(perSecond));
    const perSecond = Math.min(...rates) / 2;
    const label = `half load: ${name}, ${Math.round(perSecond)} requests/s`;
    const times = await phase(label, openSeconds + graceSeconds, () =>
      loadOpen(folder, port, { perSecond, seconds: openSeconds }),
    );
    result.p99Ms = times[Math.floor(times.length * 0.99)] ?? Number.NaN;
  }
}
