/**
 * What rules cost a request: the same traffic through an engine without rules and through one with 500, side by side in the
 * same run, in slices that take turns so that a busy machine slows both. The packs give 365 rules; the rest are theirs
 * again with other numbers. The last line is JSON.
 *
 *     npm run bench:policy [-- --people 4000]
 */
import { createRandom, type Exchange } from "#core";
import { createEngine, type Engine, ruleVocabulary } from "#engine";
import { createLanguage, createRuleSet, type Rule, type RuleSet } from "#policy";
import { packNames } from "../../src/app/policy/rule-files.ts";
import { readPacks } from "../../src/app/policy/trial/test-packs.ts";
import { simulateTraffic } from "./simulated-day.ts";

const people = Number(process.argv[process.argv.indexOf("--people") + 1]) || 4_000;
const wanted = 500;
const goalUs = 0.5;
const sliceLength = 200;

/** Rules of the packs, and again with every number in their conditions one higher, until there are enough. */
function fiveHundred(): readonly Rule[] {
  const packs = readPacks(packNames());
  const language = createLanguage(ruleVocabulary);
  const more = packs.slice(0, Math.max(0, wanted - packs.length)).map((rule): Rule => {
    const when = rule.when.replace(/(?<=[<>=] )\d+/g, (number) => String(Number(number) + 1));
    return { ...rule, name: `${rule.name}-again`, when, condition: language.compile(when) };
  });
  return [...packs, ...more].slice(0, wanted);
}

interface Lane {
  readonly engine: Engine;
  readonly set: RuleSet;
  readonly times: Float64Array;
  cpuMs: number;
  matches: number;
}

function lane(rules: readonly Rule[], size: number): Lane {
  const engine = createEngine({ seed: 1, limits: { sessionsMax: 32_768, clientsMax: 131_072 } });
  const set = createRuleSet(rules, ruleVocabulary, 1);
  engine.facts.follow(set.reads);
  return { engine, set, times: new Float64Array(size), cpuMs: 0, matches: 0 };
}

/** One slice of traffic; each request is timed from the engine's call to the last rule, answer included. */
function play(into: Lane, exchanges: readonly Exchange[], from: number): void {
  const { engine, set, times } = into;
  const before = process.cpuUsage();
  const to = Math.min(exchanges.length, from + sliceLength);
  for (let i = from; i < to; i++) {
    const exchange = exchanges[i];
    if (exchange === undefined) continue;
    const started = process.hrtime.bigint();
    const verdict = engine.inspect(exchange);
    if (set.rules.length > 0) {
      const subject = engine.facts.subject(exchange, verdict);
      into.matches += set.weigh(subject).length + set.decide(subject).matched.length;
    }
    engine.observe(exchange);
    times[i] = Number(process.hrtime.bigint() - started) / 1_000;
  }
  const spent = process.cpuUsage(before);
  into.cpuMs += (spent.user + spent.system) / 1_000;
}

function quantile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function main(): void {
  const exchanges = simulateTraffic({ people, seed: 7 });
  const rules = fiveHundred();
  const random = createRandom(3);
  const bare = lane([], exchanges.length);
  const ruled = lane(rules, exchanges.length);
  for (let from = 0; from < exchanges.length; from += sliceLength) {
    const order = random() < 0.5 ? [bare, ruled] : [ruled, bare];
    for (const one of order) play(one, exchanges, from);
  }
  // The first tenth compiles and fills; it is not measured.
  const warm = Math.floor(exchanges.length / 10);
  const [bareTimes, ruledTimes] = [bare.times.subarray(warm), ruled.times.subarray(warm)];
  const [p50Bare, p50Ruled] = [quantile(bareTimes, 0.5), quantile(ruledTimes, 0.5)];
  const [p99Bare, p99Ruled] = [quantile(bareTimes, 0.99), quantile(ruledTimes, 0.99)];
  const meanUs = (1_000 * (ruled.cpuMs - bare.cpuMs)) / exchanges.length;
  const addedUs = p50Ruled - p50Bare;
  const met = addedUs <= goalUs;
  console.log(`${rules.length} rules, ${exchanges.length} requests, ${ruled.matches} matches`);
  console.log(`  without rules  p50 ${p50Bare.toFixed(2)} us   p99 ${p99Bare.toFixed(2)} us`);
  console.log(`  with rules     p50 ${p50Ruled.toFixed(2)} us   p99 ${p99Ruled.toFixed(2)} us`);
  console.log(
    `  added          p50 ${addedUs.toFixed(2)} us   mean ${meanUs.toFixed(2)} us of CPU   goal ${goalUs} us: ${met ? "met" : "MISSED"}`,
  );
  console.log(
    JSON.stringify({
      bench: "policy",
      rules: rules.length,
      requests: exchanges.length,
      reads: ruled.set.reads.size,
      addedP50Us: round(addedUs),
      addedP99Us: round(p99Ruled - p99Bare),
      addedMeanCpuUs: round(meanUs),
      bareP50Us: round(p50Bare),
      goalUs,
      met,
    }),
  );
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

main();
