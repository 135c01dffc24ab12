/**
 * What rules cost a request: the same traffic through an engine without rules, through one with 500 that watch (they are asked
 * when the answer is known) and through one with 500 that act (asked before the verdict), side by side in the same run, in
 * slices that take turns so that a busy machine slows all. The packs give 365 rules; the rest are theirs again with other
 * numbers. The last line is JSON.
 *
 *     npm run bench:policy [-- --people 4000]
 */
import { createRandom, type Exchange, type Verdict } from "#core";
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

/** What a lane's rules are: none, all watching as packs come, or all acting, so that each is asked before the verdict. */
type Sort = "bare" | "watching" | "acting";

interface Lane {
  readonly engine: Engine;
  readonly set: RuleSet;
  readonly sort: Sort;
  /** Up to the verdict, and from the answer on, in microseconds each request. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** Of that the rules alone: asked about facts that have moved. Only where all act. */
  readonly asked: Float64Array;
  cpuMs: number;
  matches: number;
}

function lane(sort: Sort, rules: readonly Rule[], size: number): Lane {
  const engine = createEngine({ seed: 1, limits: { sessionsMax: 32_768, clientsMax: 131_072 } });
  const set = createRuleSet(rules, ruleVocabulary, 1);
  engine.facts.follow(set.reads);
  const [before, after, asked] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const made: Lane = { engine, set, sort, before, after, asked, cpuMs: 0, matches: 0 };
  if (sort !== "watching") return made;
  engine.facts.moveWith("answer");
  engine.facts.onAnswer((exchange) => {
    const judged = waiting.get(exchange.id);
    waiting.delete(exchange.id);
    if (judged !== undefined) askAll(made, exchange, judged);
  });
  return made;
}

/** As the gateway keeps verdicts for the rules that watch. */
const waiting = new Map<string, Verdict>();

function askAll(of: Lane, exchange: Exchange, verdict: Verdict): void {
  const subject = of.engine.facts.subject(exchange, verdict);
  of.matches +=
    of.sort === "watching"
      ? of.set.matches(subject).length
      : of.set.weigh(subject).length + of.set.decide(subject).matched.length;
}

/** One slice of traffic; each request is timed up to its verdict and again from its answer on. */
function play(into: Lane, exchanges: readonly Exchange[], from: number): void {
  const { engine, sort, before, after, asked } = into;
  const spentBefore = process.cpuUsage();
  const to = Math.min(exchanges.length, from + sliceLength);
  for (let i = from; i < to; i++) {
    const exchange = exchanges[i];
    if (exchange === undefined) continue;
    const started = process.hrtime.bigint();
    const verdict = engine.inspect(exchange);
    const judged = process.hrtime.bigint();
    if (sort === "acting") askAll(into, exchange, verdict);
    else if (sort === "watching") waiting.set(exchange.id, verdict);
    const decided = process.hrtime.bigint();
    engine.observe(exchange);
    asked[i] = Number(decided - judged) / 1_000;
    before[i] = Number(decided - started) / 1_000;
    after[i] = Number(process.hrtime.bigint() - decided) / 1_000;
  }
  const spent = process.cpuUsage(spentBefore);
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
  const bare = lane("bare", [], exchanges.length);
  const watching = lane("watching", rules, exchanges.length);
  const acting = lane("acting", rules, exchanges.length);
  for (let from = 0; from < exchanges.length; from += sliceLength) {
    const order = [bare, watching, acting].map((one) => ({ one, at: random() })).toSorted((a, b) => a.at - b.at);
    for (const { one } of order) play(one, exchanges, from);
  }
  // The first tenth compiles and fills; it is not measured.
  const warm = Math.floor(exchanges.length / 10);
  const added = (of: "before" | "after" | "asked", to: Lane, share: number): number =>
    round(quantile(to[of].subarray(warm), share) - quantile(bare[of].subarray(warm), share));
  console.log(`${rules.length} rules that read ${watching.set.reads.size} things, ${exchanges.length} requests`);
  const figures = Object.fromEntries(
    [watching, acting].map((one) => {
      const addedP50Us = added("before", one, 0.5);
      const afterP50Us = added("after", one, 0.5);
      const meanCpuUs = round((1_000 * (one.cpuMs - bare.cpuMs)) / exchanges.length);
      console.log(
        `  ${one.sort.padEnd(8)} before the verdict p50 +${addedP50Us} us, p99 +${added("before", one, 0.99)} us; after the answer p50 +${afterP50Us} us; CPU in all +${meanCpuUs} us; ${one.matches} matches`,
      );
      const askedP50Us = added("asked", one, 0.5);
      if (one.sort === "acting")
        console.log(`           of that asking the rules p50 +${askedP50Us} us; the rest moves their facts`);
      return [one.sort, { askedP50Us, addedP50Us, addedP99Us: added("before", one, 0.99), afterP50Us, meanCpuUs }];
    }),
  );
  const met = (figures.watching?.addedP50Us ?? Number.NaN) <= goalUs;
  console.log(`  without rules ${round(quantile(bare.before.subarray(warm), 0.5))} us before the verdict (p50)`);
  console.log(`  goal: ${goalUs} us before the verdict, rules watching as packs come: ${met ? "met" : "MISSED"}`);
  console.log(
    JSON.stringify({ bench: "policy", rules: rules.length, requests: exchanges.length, ...figures, goalUs, met }),
  );
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

main();
