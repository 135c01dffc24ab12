/**
 * Shows that suites can fail: plants one named mistake at a time into a copy of the sources, runs the suite that must see it,
 * and demands red. A copy, because gateways in worker threads and processes of their own read their sources from files,
 * where the planter of `main.ts` does not reach.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** A mistake planted into the sources, and the suite that must see it. */
export interface PlantedMutant {
  /** The requirement that it belongs to. */
  readonly requirement: string;
  /** The mistake in words. */
  readonly what: string;
  readonly file: string;
  /** Text that stands once in the file, and what stands there instead. */
  readonly find: string;
  readonly replace: string;
  /** Test files, and part of the names of the tests that are enough to see it. */
  readonly suite: string;
  readonly tests?: string;
  /** `real` needs parts from Debian. */
  readonly project?: "unit" | "real";
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Plants each mutant that the command line asks for (`--only R9,R10`, `--without-parts`) and prints what its suite said. The
 * last line is JSON; the exit code is 1 unless every suite was green without and red with its mistake.
 */
export function plantAll(bench: string, mutants: readonly PlantedMutant[]): void {
  const at = process.argv.indexOf("--only");
  const only = at < 0 ? "" : (process.argv[at + 1] ?? "");
  const wanted = mutants
    .filter(({ requirement }) => only === "" || only.split(",").includes(requirement))
    .filter(({ project }) => !process.argv.includes("--without-parts") || project !== "real");
  if (wanted.length === 0) throw new Error(`no mutant belongs to "${only}"`);
  const copy = mkdtempSync(join(tmpdir(), "gait-mutants-"));
  try {
    for (const part of ["src", "bench", "packs", "schemas", "package.json", "tsconfig.json", "vitest.config.ts"])
      cpSync(part, join(copy, part), { recursive: true });
    symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
    run(bench, { wanted, copy });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

interface Outcome {
  readonly requirement: string;
  readonly what: string;
  /** "unjudged": the suite is red without any mutant, here and now. */
  readonly outcome: "red" | "survived" | "unjudged";
}

function run(
  bench: string,
  { wanted, copy }: { readonly wanted: readonly PlantedMutant[]; readonly copy: string },
): void {
  const green = new Map<string, boolean>();
  const outcomes: Outcome[] = [];
  for (const mutant of wanted) {
    const suite = JSON.stringify([mutant.suite, mutant.tests, mutant.environment]);
    // A suite that is red by itself proves nothing. A busy machine can make it so: it has three tries.
    let alone = "";
    for (let turn = 0; turn < 3 && green.get(suite) !== true; turn++) {
      alone = failureOf(copy, mutant);
      green.set(suite, alone === "");
    }
    const failure = green.get(suite) === true ? failureWith(copy, mutant) : "";
    const outcome = green.get(suite) === true ? (failure === "" ? "survived" : "red") : "unjudged";
    outcomes.push({ requirement: mutant.requirement, what: mutant.what, outcome });
    console.log(
      `${outcome.padEnd(8)}  ${mutant.requirement.padEnd(4)} ${mutant.what}\n${"".padEnd(15)}${mutant.suite}: ${failure || alone}`,
    );
  }
  const passed = outcomes.every(({ outcome }) => outcome === "red");
  const named = (wantedOutcome: string): string[] =>
    outcomes
      .filter(({ outcome }) => outcome === wantedOutcome)
      .map(({ requirement, what }) => `${requirement}: ${what}`);
  console.log(
    JSON.stringify({
      bench,
      date: new Date().toISOString().slice(0, 10),
      mutants: outcomes.length,
      red: named("red").length,
      survived: named("survived"),
      unjudged: named("unjudged"),
      requirements: [...new Set(outcomes.map(({ requirement }) => requirement))],
      passed,
    }),
  );
  process.exitCode = passed ? 0 : 1;
}

/** How the suite fails with the mistake in place; empty where it does not. */
function failureWith(copy: string, mutant: PlantedMutant): string {
  const path = join(copy, mutant.file);
  const source = readFileSync(path, "utf8");
  const pieces = source.split(mutant.find);
  if (pieces.length < 2) throw new Error(`${mutant.file} does not hold the text to be replaced by "${mutant.what}"`);
  writeFileSync(path, pieces.join(mutant.replace));
  const failure = failureOf(copy, mutant);
  writeFileSync(path, source);
  return failure;
}

/** What a failing suite says first, so that a red for another reason than the mistake can be told from one for it. */
function failureOf(copy: string, { suite, tests, project = "unit", environment }: PlantedMutant): string {
  const args = [
    "vitest",
    "run",
    "--project",
    project,
    "--no-fsModuleCache",
    "--no-cache",
    "--bail=1",
    "--reporter=dot",
  ];
  const { status, stdout, stderr } = spawnSync(
    "npx",
    [...args, ...(tests === undefined ? [] : ["-t", tests]), ...suite.split(" ")],
    {
      cwd: copy,
      env: { ...process.env, ...environment, NO_COLOR: "1" },
      encoding: "utf8",
      timeout: 300_000,
    },
  );
  if (status === 0) return "";
  const said = /^(?:\S*Error|Caused by):? .*$/m.exec(`${stdout}\n${stderr}`)?.[0] ?? "ended without a word";
  return said.slice(0, 160);
}
