/**
 * What is asked of the packs as a whole, over several seeds of simulated days: rules per automated threat, features read, no two
 * rules that are one, no rule on more honest sessions than its author says. The tests hold the packs to one seed; this
 * one shows that no seed was chosen. The last line is JSON.
 *
 *     npm run bench:packs [-- --seeds 5 --people 2500]
 */
import type { Rule } from "#policy";
import { packNames } from "../../src/app/policy/rule-files.ts";
import { readPacks, testRules } from "../../src/app/policy/trial/test-packs.ts";
import { simulateDays } from "./simulated-day.ts";

const argument = (name: string, fallback: number): number =>
  Number(process.argv[process.argv.indexOf(name) + 1]) || fallback;
const seeds = argument("--seeds", 5);
const people = argument("--people", 2_500);
const jaccardMax = 0.9;

/** Honest sessions that each rule hit, of how many, by seed; and everything it fired on. */
interface Hits {
  readonly firesOn: Set<number>;
  readonly honestBySeed: number[];
}

function main(): void {
  const rules = readPacks(packNames());
  const hits = new Map<string, Hits>(rules.map(({ name }) => [name, { firesOn: new Set(), honestBySeed: [] }]));
  let next = 0;
  const report = testRules(rules, ({ matches }) => {
    next++;
    for (const name of matches.keys()) hits.get(name)?.firesOn.add(next);
  });
  const honestCounts: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const sessions = simulateDays(rules, { people, seed });
    honestCounts.push(sessions.filter(({ honest }) => honest).length);
    for (const { name } of rules) hits.get(name)?.honestBySeed.push(0);
    for (const { rules: matched, honest } of sessions) {
      next++;
      for (const name of matched) {
        const hit = hits.get(name);
        hit?.firesOn.add(next);
        if (honest && hit !== undefined) hit.honestBySeed[seed - 1] = (hit.honestBySeed[seed - 1] ?? 0) + 1;
      }
    }
    console.log(`seed ${seed}: ${sessions.length} sessions, ${honestCounts[seed - 1]} of them honest`);
  }
  summarise(rules, { hits, honestCounts, failures: report.failures.length });
}

function summarise(
  rules: readonly Rule[],
  {
    hits,
    honestCounts,
    failures,
  }: { readonly hits: ReadonlyMap<string, Hits>; readonly honestCounts: readonly number[]; readonly failures: number },
): void {
  const beyond = rules.flatMap(({ name, bound }) =>
    (hits.get(name)?.honestBySeed ?? []).flatMap((count, i) => {
      const share = count / (honestCounts[i] ?? 1);
      return share > bound ? [`${name}, seed ${i + 1}: ${count} of ${honestCounts[i]}, bound ${bound}`] : [];
    }),
  );
  const twins = rules.flatMap(({ name }, i) =>
    rules.slice(i + 1).flatMap((other) => {
      const alike = jaccard(hits.get(name)?.firesOn, hits.get(other.name)?.firesOn);
      return alike >= jaccardMax ? [`${name} and ${other.name}: ${alike.toFixed(2)}`] : [];
    }),
  );
  const threats = Array.from({ length: 21 }, (_, i) => `OAT-${String(i + 1).padStart(3, "0")}`);
  const perThreat = threats.map((threat) => rules.filter(({ tags }) => tags.includes(threat)).length);
  const features = new Set(rules.flatMap(({ condition }) => [...condition.reads]).map((read) => read.split("(")[0]));
  for (const line of [...beyond, ...twins]) console.log(`  ${line}`);
  const passed =
    failures === 0 && beyond.length === 0 && twins.length === 0 && Math.min(...perThreat) >= 5 && features.size >= 80;
  const honest = honestCounts.reduce((sum, count) => sum + count, 0);
  console.log(
    JSON.stringify({
      bench: "packs",
      rules: rules.length,
      traceFailures: failures,
      seeds,
      honestSessions: honest,
      beyondBound: beyond.length,
      twins: twins.length,
      rulesPerThreatMin: Math.min(...perThreat),
      features: features.size,
      passed,
    }),
  );
  process.exitCode = passed ? 0 : 1;
}

function jaccard(a: ReadonlySet<number> = new Set(), b: ReadonlySet<number> = new Set()): number {
  let both = 0;
  for (const one of a) if (b.has(one)) both++;
  const either = a.size + b.size - both;
  return either === 0 ? 0 : both / either;
}

main();
