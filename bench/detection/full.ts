import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, release } from "node:os";
import { join } from "node:path";
import { clopperPearsonUpper } from "#engine";

interface Goal {
  readonly name: string;
  readonly value: number | null;
  readonly target: string;
  readonly met: boolean | null;
}

interface SeedResult {
  readonly seed: number;
  readonly harm: Readonly<Record<string, { readonly sessions: number; readonly hit: number; readonly called: number }>>;
  readonly goals: readonly Goal[];
}

/** Where the last full run is kept, with its date and machine. */
const resultFile = "bench/results/detection-full.json";
const kept: string | undefined = process.argv.includes("--keep")
  ? process.argv[process.argv.indexOf("--keep") + 1]
  : undefined;
const exceedancesMax = 3;
const personaSessionsLeast = 3_000;

/**
 * The long run: twenty seeds of thirty thousand people each on four applications, one of which, like one tool, took part in
 * no tuning. On the measured day everybody comes once, and rare personas again until all seeds together have three thousand
 * visits of each. Seeds run in processes of their own, `--jobs` at a time; the result file grows with every seed, so an
 * interrupted run keeps what it has. A seed takes about a minute and a half of CPU and 2 GB. With `--keep DIRECTORY` each
 * seed's result stays there as `SEED.json`, and a seed whose result is there is not played again; whoever changes the engine empties it.
 */
export async function runFull(): Promise<void> {
  const seeds = numberAfter("--seeds") ?? 20;
  const jobs = numberAfter("--jobs") ?? availableParallelism();
  const from = numberAfter("--from") ?? 101;
  const personaLeast = Math.ceil((1.05 * personaSessionsLeast) / seeds);
  const waiting = Array.from({ length: seeds }, (_, i) => from + i);
  const results: SeedResult[] = [];
  const worker = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const result = keptSeed(seed) ?? (await runSeed(seed, personaLeast));
      if (typeof result === "string") {
        console.log(`seed ${seed} failed: ${result}`);
        continue;
      }
      if (kept !== undefined) writeFileSync(join(kept, `${seed}.json`), `${JSON.stringify(result)}\n`);
      results.push(result);
      results.sort((x, y) => x.seed - y.seed);
      keep(results, goalsOver(results));
      console.log(`seed ${seed} done, ${results.length} of ${seeds}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  const goals = goalsOver(results);
  printHarm(results);
  for (const { name, value, target, met } of goals)
    console.log(`  ${met === null ? "undecided" : met ? "met      " : "MISSED   "} ${name}: ${value} (${target})`);
  console.log(JSON.stringify({ goals }));
}

/** Result of a seed that was played before; undefined when there is none. */
function keptSeed(seed: number): SeedResult | undefined {
  if (kept === undefined) return undefined;
  mkdirSync(kept, { recursive: true });
  const file = join(kept, `${seed}.json`);
  const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  return text === "" ? undefined : (JSON.parse(text) as SeedResult);
}

function numberAfter(flag: string): number | undefined {
  const at = process.argv.indexOf(flag);
  const value = at < 0 ? Number.NaN : Number(process.argv[at + 1]);
  return value > 0 ? value : undefined;
}

/** One seed in a process of its own; a text says why there is no result. */
function runSeed(seed: number, personaLeast: number): Promise<SeedResult | string> {
  const flags = ["--pooled", "--seed", String(seed), "--persona-least", String(personaLeast)];
  const child = spawn(process.execPath, [...process.execArgv, "bench/detection/run.ts", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out = (out + text).slice(-1_000_000);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err = (err + text).slice(-500);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) => {
      const last = out.trim().split("\n").at(-1) ?? "";
      resolve(code === 0 && last.startsWith("{") ? (JSON.parse(last) as SeedResult) : `code ${code}: ${err}`);
    });
  });
}

type Harm = Map<string, { sessions: number; hit: number; called: number }>;

function harmOver(results: readonly SeedResult[]): Harm {
  const all: Harm = new Map();
  for (const { harm } of results) {
    for (const [persona, { sessions, hit, called }] of Object.entries(harm)) {
      const sum = all.get(persona) ?? { sessions: 0, hit: 0, called: 0 };
      all.set(persona, { sessions: sum.sessions + sessions, hit: sum.hit + hit, called: sum.called + called });
    }
  }
  return all;
}

function goalsOver(results: readonly SeedResult[]): Goal[] {
  const harm = harmOver(results);
  const total = [...harm.values()].reduce(
    (sum, { sessions, hit }) => ({ sessions: sum.sessions + sessions, hit: sum.hit + hit }),
    { sessions: 0, hit: 0 },
  );
  const bound = clopperPearsonUpper(total.hit, total.sessions);
  const hits = results.map(({ harm: of }) => Object.values(of).reduce((sum, { hit }) => sum + hit, 0));
  const worst = Math.max(...[...harm.values()].map(({ sessions, hit }) => hit / sessions));
  const enough = [...harm.values()].every(({ sessions }) => sessions >= personaSessionsLeast);
  const goals: Goal[] = [
    { name: "session FPR over all seeds, 95 % bound", value: round(bound), target: "<= 1e-4", met: bound <= 1e-4 },
    {
      name: "most refused honest sessions in one seed",
      value: Math.max(...hits),
      target: `<= ${exceedancesMax}`,
      met: Math.max(...hits) <= exceedancesMax,
    },
    {
      name: "worst persona",
      value: round(worst),
      target: `<= 1e-3 over ${personaSessionsLeast} sessions each`,
      met: worst > 1e-3 ? false : enough ? true : null,
    },
  ];
  const skipped = new Set(["session FPR, 95 % bound", "worst persona"]);
  for (const { name, target } of results[0]?.goals ?? []) {
    if (skipped.has(name)) continue;
    const values = results.flatMap(({ goals: of }) => {
      const found = of.find((goal) => goal.name === name);
      return found?.value === null || found === undefined ? [] : [found.value];
    });
    const met = results.filter(({ goals: of }) => of.some((goal) => goal.name === name && goal.met === true)).length;
    if (values.length === 0) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    goals.push({ name: `${name}, mean over seeds`, value: round(mean), target, met: met === results.length });
  }
  return goals;
}

function keep(results: readonly SeedResult[], goals: readonly Goal[]): void {
  mkdirSync("bench/results", { recursive: true });
  const [cpu] = cpus();
  const document = {
    bench: "detection --full",
    at: new Date().toISOString(),
    machine: { cpu: cpu?.model ?? "", cores: cpus().length, kernel: release(), arch: arch(), node: process.version },
    seeds: results.length,
    harm: Object.fromEntries(
      [...harmOver(results)].map(([persona, sum]) => [
        persona,
        { ...sum, upper95: round(clopperPearsonUpper(sum.hit, sum.sessions)) },
      ]),
    ),
    goals,
    bySeed: results.map(({ seed, goals: of }) => ({
      seed,
      goals: Object.fromEntries(of.map(({ name, value }) => [name, value])),
    })),
  };
  writeFileSync(resultFile, `${JSON.stringify(document, null, 2)}\n`);
}

function printHarm(results: readonly SeedResult[]): void {
  for (const [persona, { sessions, hit, called }] of harmOver(results)) {
    const upper = clopperPearsonUpper(hit, sessions).toExponential(1);
    console.log(
      `  ${persona.padEnd(22)} refused ${hit} of ${sessions}, 95 % bound ${upper}, called automated ${called}`,
    );
  }
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
