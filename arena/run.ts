/**
 * The arena: real client programs against a running gateway, with the truth kept out of band. Two runs of one world: in `observe`
 * nothing is stopped and every defence says what it would have done, so that all are compared on the same traffic; in
 * `enforce` the gateway acts and the attackers change their tools. Ends on tables and one line of JSON; exit code 1 where a
 * budget of arena/budget.json is broken.
 *
 * With `--only NAME,NAME` and `--people N` a part of it runs, in `enforce` alone, and tells the reasons; it writes no result.
 * `--traces DIR` keeps the runs' logs and the truth; `--compare DIR/seed-1/observe` replays them and says how far both doors agree. `--keep-past DIR` writes the days before the attack to a folder, `--past DIR` goes on from there; `--past none` from nothing.
 *
 * `--full` is three seeds and more people, within an hour: a seed that would not end in time is left out and named. It keeps the days
 * before and the report of each seed; `--resume` goes on from there where a run was interrupted. `--docs` writes the results and the pages,
 * after each seed. All seeds go on from the same days before.
 *
 *     npm run arena [-- --full] [-- --seed 3] [-- --keep]     about ten minutes; --full at most an hour
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lanes } from "./campaigns/lanes.ts";
import { runDisplacement } from "./displacement/run-displacement.ts";
import { keepPast, livePast, type Past, readPast } from "./past/live-past.ts";
import { askPeers } from "./peers/ask-peers.ts";
import { type PhaseResult, runPhase } from "./phase.ts";
import { type Budget, brokenBudgets } from "./report/budget.ts";
import { Checkpoint } from "./report/checkpoint.ts";
import { compareKept } from "./report/compare-kept.ts";
import { compareOffline } from "./report/compare-offline.ts";
import { keepTraces } from "./report/keep-traces.ts";
import { printOffline, printPhase, printReport, printSeeds } from "./report/print-report.ts";
import { collect, phaseReport, type RunReport } from "./report/run-report.ts";
import { slowness } from "./report/slowness.ts";
import { writePages } from "./report/write-pages.ts";
import { runHold } from "./takeover/run-hold.ts";
import { runTakeover } from "./takeover/run-takeover.ts";
import { Addresses } from "./world/addresses.ts";
import { Front } from "./world/front.ts";
import { openPlatform } from "./world/platform.ts";
import { createRandom, sleep } from "./world/random.ts";
import { Truth } from "./world/truth.ts";

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    resume: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    keep: { type: "boolean", default: false },
    docs: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    people: { type: "string", default: "" },
    past: { type: "string", default: "" },
    "keep-past": { type: "string", default: "" },
    traces: { type: "string", default: "" },
    compare: { type: "string", default: "" },
  },
});
const full = values.full;
const say = (line: string): void => void process.stderr.write(`${clockNow()} ${line}\n`);

function clockNow(): string {
  const seconds = Math.floor(performance.now() / 1_000);
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Where a long run keeps how far it came. */
const checkpoint = full
  ? new Checkpoint(join(import.meta.dirname, "results", ".full"), values.resume ? "again" : "anew")
  : undefined;

/** The days before: lived now, or those of an earlier run. */
async function pastOf(seed: number, directory: string): Promise<Past | undefined> {
  if (values.past === "none") return undefined;
  if (values.past !== "") return readPast(values.past);
  const kept = checkpoint?.past();
  if (kept !== undefined) return kept;
  const platform = await openPlatform();
  const truth = new Truth();
  const front = new Front(0, truth);
  try {
    const past = await livePast({
      front,
      truth,
      addresses: new Addresses(createRandom(seed), truth),
      random: createRandom(seed * 1_000),
      signal: new AbortController().signal,
      upstream: platform.url,
      directory,
      days: 5,
      peopleMax: 1_000,
      share: 0.85,
      seats: 280,
      say,
    });
    if (values["keep-past"] !== "") keepPast(past, values["keep-past"]);
    checkpoint?.keepPast(past);
    return past;
  } finally {
    front.close();
    await platform.close();
  }
}

/** Several seeds go on from one past. */
let lived: Past | undefined;
/** So that two runs do not start their programs in the same second. */
const apartMs = 4_000;

/**
 * One world twice, side by side: most of a run is people's pauses and programs' round trips. What is left is done beside each other, too:
 * peers and `gait replay` read the first run's traces while an application is taken over.
 */
async function runSeed(seed: number, directory: string): Promise<RunReport> {
  const shape = full
    ? { warmSeconds: 10, peopleMax: 60, lightMax: 220, scale: 1 }
    : { warmSeconds: 5, peopleMax: 36, lightMax: 130, scale: 1 };
  lived ??= await pastOf(seed, directory);
  const past = lived;
  const phase = async (mode: "observe" | "enforce", peers: boolean): Promise<PhaseResult> => {
    if (mode === "enforce") await sleep(apartMs);
    const options = {
      mode,
      seed,
      directory,
      ...shape,
      past,
      reasons: "skip",
      secondsMax: full ? 1_500 : 900,
      lanes,
      peers,
      say,
    } as const;
    return runPhase(options);
  };
  const [observe, enforce] = await Promise.all([phase("observe", true), phase("enforce", false)]);
  say("peers and gait replay read the traces; an application that nothing protected is taken over");
  const [seen, stories] = await Promise.all([readTraces(observe, directory), tellStories(seed, directory, past)]);
  if (values.traces !== "")
    for (const [mode, run] of [
      ["observe", observe],
      ["enforce", enforce],
    ] as const)
      keepTraces(run, join(values.traces, `seed-${seed}`, mode));
  return collect({
    seed,
    full,
    observe,
    enforce,
    ...seen,
    campaigns: lanes.flat(),
    past,
    ...stories,
    slowness: slowness(),
    load: loadavg().map((each) => Math.round(10 * each) / 10),
  });
}

async function readTraces(observe: PhaseResult, directory: string): Promise<Pick<RunReport, "peers" | "offline">> {
  const peers = await askPeers(observe, join(directory, "observe"), say);
  return { peers, offline: await compareOffline(observe, join(directory, "observe")) };
}

async function tellStories(
  seed: number,
  directory: string,
  past: Past | undefined,
): Promise<Pick<RunReport, "takeover" | "displacement" | "hold">> {
  const holding = runHold({ seed, directory: join(directory, "hold"), say: (line) => say(`hold: ${line}`) });
  const takeover = await runTakeover({
    seed,
    directory: join(directory, "takeover"),
    watchSeconds: full ? 12 : 8,
    say: (line) => say(`takeover: ${line}`),
  });
  say("a reactive adversary meets three kinds of answer");
  const displacement = await runDisplacement({
    seed,
    directory: join(directory, "displacement"),
    state: past?.state,
    say: (line) => say(`displacement: ${line}`),
  });
  return { takeover, displacement, hold: await holding };
}

/** A part of the world, to look into: whom the gateway takes the players for, and why. */
async function runPart(home: string): Promise<void> {
  const names = values.only.split(",");
  const part = lanes.map((lane) => lane.filter(({ name }) => names.includes(name))).filter((lane) => lane.length > 0);
  const peopleMax = Number(values.people) || 60;
  const phase = await runPhase({
    mode: "enforce",
    seed: Number(values.seed),
    directory: home,
    past: await pastOf(Number(values.seed), home),
    reasons: "ask",
    secondsMax: 900,
    warmSeconds: 5,
    peopleMax,
    lightMax: peopleMax * 2,
    scale: 1,
    lanes: part,
    peers: false,
    say,
  });
  for (const [player, why] of phase.reasons) console.log(`${player}\n${why}`);
  if (values.traces !== "") keepTraces(phase, values.traces);
  printPhase(phaseReport(phase, lanes.flat()));
}

/** Results for whoever compares, and the pages made from them. */
function keepResults(reports: readonly RunReport[]): void {
  const results = join(import.meta.dirname, "results");
  mkdirSync(results, { recursive: true });
  const name = full ? "full.json" : "quick.json";
  writeFileSync(join(results, name), `${JSON.stringify(full ? reports : reports.at(-1), null, 1)}\n`);
  writePages(reports, join(import.meta.dirname, "..", "docs"));
}

/** The full set must end within an hour on whatever machine. */
const fullMinutesMax = 57;
/** A browser that hangs knows no time limit: a run that is twice as long as any was ends itself, and what it started with it. */
const runMinutesMax = full ? 90 : 45;
setTimeout(() => {
  console.error(`the arena ran for ${runMinutesMax} minutes without an end; something hangs, most likely Chromium`);
  process.exit(3);
}, runMinutesMax * 60_000).unref();

const directory = mkdtempSync(join(tmpdir(), "gait-arena-"));
try {
  if (values.compare !== "") {
    const found = await compareKept(values.compare, directory);
    printOffline(found);
    console.log(JSON.stringify({ version: 1, offline: found }));
    rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  }
  if (values.only !== "") {
    await runPart(directory);
    if (!values.keep) rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  }
  const seeds = full ? [1, 2, 3] : [Number(values.seed)];
  const reports: RunReport[] = [];
  const leftOut: number[] = [];
  let longestMinutes = 0;
  for (const seed of seeds) {
    const began = performance.now();
    if (reports.length > 0 && began / 60_000 + longestMinutes > fullMinutesMax) {
      leftOut.push(seed);
      continue;
    }
    const kept = checkpoint?.seed(seed);
    if (kept !== undefined) {
      say(`seed ${seed} is kept from an interrupted run`);
      reports.push(kept);
      continue;
    }
    const home = join(directory, `seed-${seed}`);
    mkdirSync(home, { recursive: true });
    const report = await runSeed(seed, home);
    reports.push(report);
    checkpoint?.keepSeed(report);
    longestMinutes = Math.max(longestMinutes, (performance.now() - began) / 60_000);
    say(`seed ${seed} took ${((performance.now() - began) / 60_000).toFixed(1)} minutes`);
    if (values.docs) keepResults(reports);
  }
  for (const report of reports) printReport(report);
  printSeeds(reports, leftOut);
  const budgetFile = join(import.meta.dirname, "budget.json");
  const budget = existsSync(budgetFile) ? (JSON.parse(readFileSync(budgetFile, "utf8")) as Budget) : {};
  const broken = reports.flatMap((report) => [
    ...brokenBudgets(report, budget),
    ...[...report.observe.failures, ...report.enforce.failures].map((failure) => `a campaign broke: ${failure}`),
  ]);
  for (const line of broken) console.log(`BUDGET ${line}`);
  console.log(
    JSON.stringify({
      version: 1,
      full,
      minutes: Math.round(performance.now() / 6_000) / 10,
      cores: cpus().length,
      budget: broken,
      runs: reports.map(({ summary }) => summary),
      leftOut,
    }),
  );
  if (leftOut.length === 0) checkpoint?.clear();
  process.exitCode = broken.length > 0 ? 1 : 0;
} finally {
  if (values.keep) say(`kept: ${directory}`);
  else rmSync(directory, { recursive: true, force: true });
}
