/**
 * How good the tests of the code that decides are: puts one small mistake at a time into the evaluator of rules and runs its
 * tests, which must fail. What no input can show (an equivalent mutant) is listed below with the reason and does not count.
 * The last line is JSON.
 *
 *     npm run test:mutants [-- --only compile.ts]
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";
import { createVitest } from "vitest/node";
import { equivalents } from "./equivalents.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";

const scoreMin = 0.95;
const sources = [
  "src/policy/language/compile.ts",
  "src/policy/language/truths.ts",
  "src/policy/rules/rule-set.ts",
  "src/policy/enforcement/decide-action.ts",
  "src/policy/enforcement/apply-policy.ts",
];
const tests = ["src/policy/language/language", "src/policy/rules", "src/policy/enforcement"];

const only = process.argv[process.argv.indexOf("--only") + 1] ?? "";
const isWanted = (file: string): boolean => !process.argv.includes("--only") || file.endsWith(only);
const mutants = sources
  .filter(isWanted)
  .flatMap((file) => mutantsOf(readFileSync(file, "utf8"), file))
  .filter(
    (mutant) =>
      !equivalents.some(
        ({ file, what, line }) => mutant.file.endsWith(file) && mutant.what === what && lineOf(mutant).includes(line),
      ),
  );

let planted: Mutant | undefined;
const planter: Plugin = {
  name: "plant-a-mutant",
  enforce: "pre",
  transform(code, id) {
    if (planted === undefined || id !== resolve(planted.file)) return undefined;
    return code.slice(0, planted.start) + planted.text + code.slice(planted.end);
  },
};
const resolveOptions = { conditions: ["source"] };
const vitest = await createVitest(
  "test",
  {
    config: false,
    watch: false,
    include: tests.map((start) => `${start}*/**/*.test.ts`).concat(tests.map((start) => `${start}*.test.ts`)),
    reporters: [{}],
    bail: 1,
    // A busy machine is no mistake found.
    testTimeout: 60_000,
    pool: "threads",
    // A module kept on disk from the run before would hide the mutant.
    fsModuleCache: false,
    // Fewer random rules than in the tests themselves: enough, and many times as fast.
    env: { GAIT_RANDOM_RULES: "1000" },
  },
  { resolve: resolveOptions, ssr: { resolve: resolveOptions }, plugins: [planter], logLevel: "silent" },
);
const files = await vitest.globTestSpecifications();

async function isKilled(mutant: Mutant | undefined): Promise<boolean> {
  planted = mutant;
  for (const source of sources) vitest.invalidateFile(resolve(source));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(files);
  return unhandledErrors.length > 0 || testModules.some((module) => !module.ok());
}

if (await isKilled(undefined)) throw new Error("the tests fail without any mutant");
const survivors: Mutant[] = [];
for (const [i, mutant] of mutants.entries()) {
  if (!(await isKilled(mutant))) {
    survivors.push(mutant);
    console.log(`survived: ${mutant.file}:${mutant.line} ${mutant.what} | ${lineOf(mutant)}`);
  }
  if ((i + 1) % 25 === 0) console.log(`${i + 1} of ${mutants.length} mutants, ${survivors.length} survived`);
}
await vitest.close();

const score = 1 - survivors.length / Math.max(1, mutants.length);
const passed = score >= scoreMin;
console.log(
  JSON.stringify({
    bench: "mutants",
    mutants: mutants.length,
    survived: survivors.length,
    equivalent: equivalents.length,
    score: Number(score.toFixed(3)),
    scoreMin,
    passed,
  }),
);
process.exit(passed ? 0 : 1);

function lineOf({ file, line }: Mutant): string {
  return readFileSync(file, "utf8").split("\n")[line - 1]?.trim() ?? "";
}
