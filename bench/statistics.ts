/**
 * Reproduces the numbers that the guarantees rest on, by simulation with fixed seeds: how often honest cohorts would be
 * convicted, after how many sessions or requests an attack is, and how many clean groups a claim needs. No traffic,
 * no clock but the one that times the run. The last line is JSON.
 *
 *     npm run bench:statistics
 */
import { createRandom, type Random } from "#core";
import {
  type AxisLaws,
  axisLaws,
  cleanGroupsNeeded,
  clopperPearsonUpper,
  drawDirichlet,
  drawNormal,
  EnumerationCases,
  EProcess,
  fitDirichlet,
  GapLaw,
  productEvidence,
  SlotSpace,
} from "#engine";

interface Goal {
  readonly name: string;
  readonly value: number | null;
  readonly target: string;
  readonly met: boolean | null;
}

const goals: Goal[] = [];
const bins = 8;
const sessions = 150;

function goal(name: string, value: number, test: { readonly target: string; readonly met: boolean }): void {
  goals.push({ name, value: Number(value.toPrecision(4)), ...test });
}

function atMost(name: string, value: number, most: number): void {
  goal(name, value, { target: `<= ${most}`, met: value <= most });
}

function draw(shares: ArrayLike<number>, random: Random): number {
  let u = random();
  let k = 0;
  while (k < shares.length - 1 && u > (shares[k] as number)) u -= shares[k++] as number;
  return k;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
}

/** Shares of a bot tilted away from the honest ones, uniform over the bins: the larger, the plainer. */
function tilted(tilt: number): Float64Array {
  const shares = Float64Array.from({ length: bins }, (_, k) => Math.exp(-tilt * k));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/** How well one session of such a bot is told from one of a person. */
function sessionAuc(shares: Float64Array): number {
  let auc = 0;
  for (let bot = 0; bot < bins; bot++) {
    for (let person = 0; person < bins; person++) {
      auc += ((shares[bot] as number) / bins) * (bot < person ? 1 : bot === person ? 0.5 : 0);
    }
  }
  return auc;
}

/** Sessions until one of the threshold crossings, or Infinity. `axes` independent axes, multiplied. */
function convictedAfter(
  shares: readonly Float64Array[],
  laws: AxisLaws,
  { threshold, random }: { readonly threshold: number; readonly random: Random },
): number {
  const processes = shares.map(() => new EProcess(bins));
  for (let n = 1; n <= sessions; n++) {
    for (const [axis, process] of processes.entries())
      process.observe(draw(shares[axis] as Float64Array, random), laws);
    const logs = processes.map((process) => process.logEvidence(laws.automated !== undefined));
    const evidence = logs.length === 1 ? (logs[0] as number) : productEvidence(logs);
    if (evidence >= threshold) return n;
  }
  return Number.POSITIVE_INFINITY;
}

function histogram(shares: Float64Array, random: Random): Float64Array {
  const counts = new Float64Array(bins);
  for (let i = 0; i < sessions; i++) {
    const bin = draw(shares, random);
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

interface Null {
  readonly truth: number;
  readonly alpha: Float64Array;
  readonly fitted: AxisLaws;
  readonly random: Random;
}

function honestCohorts({ truth, alpha, fitted, random }: Null): void {
  const iid = axisLaws(new Float64Array(bins).fill(1e7));
  const honest = 8_000;
  let [naive, careful, three] = [0, 0, 0];
  for (let cohort = 0; cohort < honest; cohort++) {
    const shares = [drawDirichlet(alpha, random)];
    if (convictedAfter(shares, iid, { threshold: Math.log(1e4), random }) < Number.POSITIVE_INFINITY) naive++;
    if (convictedAfter(shares, fitted, { threshold: Math.log(1e4), random }) < Number.POSITIVE_INFINITY) careful++;
    if (cohort >= 4_000) continue;
    const axes = [0, 1, 2].map(() => drawDirichlet(alpha, random));
    if (convictedAfter(axes, fitted, { threshold: Math.log(1e6), random }) < Number.POSITIVE_INFINITY) three++;
  }
  const bound = clopperPearsonUpper(careful, honest);
  console.log(
    `  A = ${truth}, fitted ${fitted.honestTotal.toFixed(0)}: honest FPR at 1e-4 iid ${(naive / honest).toExponential(1)}, hierarchical ${(careful / honest).toExponential(1)} (95 % bound ${bound.toExponential(1)}); three axes at 1e-6: ${three} of 4000`,
  );
  atMost(`honest cohort FPR at 1e-4, A = ${truth}`, careful / honest, 1e-3);
  atMost(`honest FPR of three axes at 1e-6, A = ${truth}`, three / 4_000, 1e-3);
}

interface Bot {
  readonly name: string;
  readonly shares: Float64Array;
  /** Sessions: one axis at 1e-4, one axis at 1e-6, three axes at 1e-6; null: printed, not a goal. */
  readonly targets: readonly (number | null)[];
}

/** `known`: the numerator is mixed with a law of automation seen before, as the engine does, not only universal. */
function botCohorts({ truth, fitted, random }: Null, bot: Bot, known: boolean): void {
  const runs = 400;
  // Bot cohorts differ among themselves as honest ones do, around their own mean.
  const law = bot.shares.map((share) => share * Math.max(truth, 100));
  const laws = known
    ? axisLaws(
        fitted.honest,
        bot.shares.map((share) => share * 20),
      )
    : fitted;
  const after = (axes: number, threshold: number): number[] =>
    Array.from({ length: runs }, () =>
      convictedAfter(
        Array.from({ length: axes }, () => drawDirichlet(law, random)),
        laws,
        { threshold, random },
      ),
    );
  const results = [after(1, Math.log(1e4)), after(1, Math.log(1e6)), after(3, Math.log(1e6))];
  const recall = (results[0] ?? []).filter((n) => n < Number.POSITIVE_INFINITY).length / runs;
  const [one, single, three] = results.map(median);
  const how = known ? "with a law of known automation" : "without a model of the bot";
  console.log(
    `    ${bot.name} (AUC ${sessionAuc(bot.shares).toFixed(2)}) ${how}: one axis at 1e-4 after ${one} sessions (recall ${recall.toFixed(2)}), at 1e-6 after ${single}; three axes at 1e-6 after ${three}`,
  );
  for (const [i, what] of ["one axis at 1e-4", "one axis at 1e-6", "three axes at 1e-6"].entries()) {
    const target = bot.targets[i] ?? null;
    if (target !== null)
      atMost(`sessions, ${what}, ${bot.name} ${how}, A = ${truth}`, median(results[i] ?? []), target);
  }
}

function cohortProcesses(): void {
  console.log(`cohort e-process: ${bins} bins, ${sessions} sessions per cohort`);
  for (const truth of [400, 100, 30]) {
    const random = createRandom(truth);
    const alpha = new Float64Array(bins).fill(truth / bins);
    const training = Array.from({ length: 500 }, () => histogram(drawDirichlet(alpha, random), random));
    const state: Null = { truth, alpha, fitted: axisLaws(fitDirichlet(training)), random };
    honestCohorts(state);
    botCohorts(state, { name: "tight bot", shares: tilted(1.2), targets: [truth === 30 ? 40 : 20, null, 12] }, false);
    const faint = { name: "faint bot", shares: tilted(0.47), targets: [null, 30, 12] };
    botCohorts(state, { ...faint, targets: [] }, false);
    botCohorts(state, truth === 30 ? { ...faint, targets: [] } : faint, true);
  }
}

const skus = 153_000;
const zips = 61_000;

/** Popularity of postal codes: populations are about lognormal. Deterministic shares, drawn by inversion. */
function cumulative(count: number, weight: (rank: number) => number): Float64Array {
  const sums = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    total += weight(i);
    sums[i] = total;
  }
  return sums.map((sum) => sum / total);
}

function invert(sums: Float64Array, random: Random): number {
  const u = random();
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) < u) low = middle + 1;
    else high = middle;
  }
  return low;
}

function enumeration(): void {
  const random = createRandom(61);
  const skuLaw = cumulative(skus, (rank) => 1 / (rank + 1));
  const zipLaw = cumulative(zips, () => Math.exp(1.2 * drawNormal(random)));
  const spaces = [new SlotSpace(createRandom(1)), new SlotSpace(createRandom(2))] as const;
  const person = (): [number, number] => [invert(skuLaw, random), invert(zipLaw, random)];
  const learned = 1_000_000;
  for (let i = 0; i < learned; i++) {
    const [sku, zip] = person();
    // Article numbers are no order of popularity, so neighbours are drawn by a fixed scramble.
    spaces[0].learn(scramble(sku), i * 50, { number: scramble(sku) });
    spaces[1].learn(zip, i * 50, { number: zip });
  }
  const after = (request: () => readonly [number, number], limit: number): number => {
    const cases = new EnumerationCases(16);
    const [first, second] = [cases.open(1, 0), cases.open(1, 1)];
    for (let n = 1; n <= limit; n++) {
      const [sku, zip] = request();
      cases.slab.observe(first, { value: scramble(sku), number: scramble(sku) }, spaces[0]);
      cases.slab.observe(second, { value: zip, number: zip }, spaces[1]);
      if (cases.evidence(1) >= Math.log(1e3)) return n;
    }
    return Number.POSITIVE_INFINITY;
  };
  const ways: readonly [string, () => readonly [number, number], number, number][] = [
    ["uniform", () => [Math.floor(random() * skus), Math.floor(random() * zips)], 100, 10],
    ["top 3000 SKUs, all postal codes", () => [Math.floor(random() * 3_000), Math.floor(random() * zips)], 300, 30],
    ["SKUs as people, postal codes uniform", () => [invert(skuLaw, random), Math.floor(random() * zips)], 400, 60],
    ["both margins as people", person, 400, 400],
  ];
  console.log(
    `\nenumeration of ${skus} x ${zips}, one request per address, cohort FPR 1e-3, ${learned} requests learned`,
  );
  for (const [name, request, limit, target] of ways) {
    const runs = Array.from({ length: 200 }, () => after(request, limit));
    const found = runs.filter((n) => n < Number.POSITIVE_INFINITY).length / runs.length;
    console.log(
      `  ${name.padEnd(40)} median ${median(runs)} requests, found ${(100 * found).toFixed(1)} % within ${limit}`,
    );
    if (name === "both margins as people") continue;
    atMost(`requests to conviction: ${name}`, median(runs), target);
  }
  const honest = 3_000;
  const hit = Array.from({ length: honest }, () => after(person, 100)).filter(
    (n) => n < Number.POSITIVE_INFINITY,
  ).length;
  console.log(
    `  people: ${hit} of ${honest} cohorts of 100 requests convicted (95 % bound ${clopperPearsonUpper(hit, honest).toExponential(1)})`,
  );
  atMost("honest cohort FPR of enumeration at 1e-3", hit / honest, 1e-3);
}

/** A fixed bijection of article numbers below 2^18, so that popular ones are not neighbours. */
function scramble(value: number): number {
  return (Math.imul(value, 0x9e375) + 12_345) & 0x3ffff;
}

function gapLaws(): void {
  const random = createRandom(21);
  const human = (): number => Math.exp(Math.log(14_000) + 0.9 * drawNormal(random));
  const law = new GapLaw();
  for (let i = 0; i < 20_000; i++) law.learn(human());
  law.refresh();
  const laws = axisLaws(new Float64Array(bins).fill(200 / bins));
  const after = (gap: () => number): number => {
    const process = new EProcess(bins);
    for (let n = 1; n <= 400; n++) {
      process.observe(law.binOf(gap()), laws);
      if (process.logEvidence(false) >= Math.log(1e6)) return n;
    }
    return Number.POSITIVE_INFINITY;
  };
  const tools: readonly [string, () => number, number | null][] = [
    ["sleeps 10-20 s", () => 10_000 + 10_000 * random(), 30],
    ["sleeps 3-8 s", () => 3_000 + 5_000 * random(), 40],
    ["sleeps 2 s +- 50 ms", () => 1_950 + 100 * random(), 12],
    ["narrow lognormal, like a language model", () => Math.exp(Math.log(14_000) + 0.45 * drawNormal(random)), null],
    ["replays people's gaps", human, null],
  ];
  console.log("\ngap between page and login, against people's law, at 1e-6");
  for (const [name, gap, target] of tools) {
    const runs = Array.from({ length: 200 }, () => after(gap));
    const found = runs.filter((n) => n < Number.POSITIVE_INFINITY).length / runs.length;
    console.log(`  ${name.padEnd(42)} median ${median(runs)} logins, found ${(100 * found).toFixed(1)} % within 400`);
    if (target !== null) atMost(`logins to conviction: ${name}`, median(runs), target);
    if (name.startsWith("replays")) atMost("people's own gaps convicted", found, 0.005);
  }
}

function unknownUsers(): void {
  const random = createRandom(40);
  const after = (rate: number, laws: AxisLaws): number => {
    const process = new EProcess(2);
    for (let n = 1; n <= 400; n++) {
      process.observe(random() < rate ? 1 : 0, laws);
      if (process.logEvidence(false) >= Math.log(1e6)) return n;
    }
    return Number.POSITIVE_INFINITY;
  };
  console.log("\nunknown accounts against 3 % among people, at 1e-6");
  for (const [rate, target] of [
    [0.4, 30],
    [0.2, 120],
  ] as const) {
    const times = (alike: number): number => {
      const laws = axisLaws(Float64Array.of(0.97 * alike, 0.03 * alike));
      return median(Array.from({ length: 300 }, () => after(rate, laws)));
    };
    console.log(
      `  ${100 * rate} % unknown: ${times(1e7)} logins with one law for all, ${times(400)} at A = 400, ${times(100)} at A = 100`,
    );
    atMost(`logins at ${100 * rate} % unknown accounts, A = 400`, times(400), target);
  }
}

function certification(): void {
  const needed = [1e-2, 1e-3, 1e-4, 1e-5].map((rate) => cleanGroupsNeeded(rate));
  console.log(`\nclean groups needed to claim 1e-2, 1e-3, 1e-4, 1e-5: ${needed.join(", ")}`);
  const right = needed.join() === "299,2995,29956,299572";
  goals.push({ name: "clean groups needed", value: needed[2] as number, target: "29956 for 1e-4", met: right });
}

const started = performance.now();
cohortProcesses();
enumeration();
gapLaws();
unknownUsers();
certification();
const seconds = (performance.now() - started) / 1_000;
const missed = goals.filter(({ met }) => met === false);
console.log(`\n${goals.length - missed.length} of ${goals.length} goals met in ${seconds.toFixed(1)} s`);
for (const { name, value, target } of missed) console.log(`  missed: ${name}: ${value}, wanted ${target}`);
console.log(JSON.stringify({ goals }));
