/**
 * What the supervised layer adds, and where it adds nothing. Two engines judge the same traffic: one is told of models trained
 * on weak labels after the second day, the other is not. The campaigns of the third day took no part in the training: other
 * tools, other aims, later. Per campaign: the area under the curve against the day's people, and how many sessions score above
 * all but one in a thousand of them. Nothing is refused in either, so that both see the same.
 *
 *     npm run bench:supervised [-- --seed 3]
 */
import { createRandom, type Exchange, type Intel, noIntel, type Random, unknownNetwork } from "#core";
import { areaUnderCurve, createEngine, type Engine, reliability, trainSessionModels } from "#engine";
import {
  type Attack,
  browserAgent,
  giftCards,
  heldOutTool,
  replayFarm,
  scraper,
  spraying,
  stuffing,
  takeover,
} from "./attackers.ts";
import { createPeople, type Person, type Site, visit } from "./people.ts";

const seed = Number(process.argv[process.argv.indexOf("--seed") + 1]) || 1;
const hour = 3_600_000;
const day = 24 * hour;
const start = Date.UTC(2026, 0, 5);
const perDay = 4_000;
const random: Random = createRandom(seed);
const limits = { sessionsMax: 65_536, clientsMax: 131_072 };

const shop: Site = {
  application: "shop",
  login: "/login",
  assets: ["/static/site.{v}.css", "/static/app.{v}.js"],
  version: 1,
};
const portal: Site = { application: "portal", login: "/auth/login", assets: ["/assets/main.{v}.js"], version: 1 };
const sites = [shop, portal];

const intel: Intel = {
  ...noIntel,
  network: (ip) => {
    const region = Number(ip.slice(0, ip.indexOf(".")));
    const country = region < 40 ? "DE" : String.fromCharCode(65 + (region % 26), 65 + ((region * 7) % 26));
    return { ...unknownNetwork, asn: 1_000 + region, country };
  },
};

const plain = createEngine({ intel, seed, limits });
const taught = createEngine({ intel, seed, limits });
const engines: readonly Engine[] = [plain, taught];
taught.models.collect();

interface Session {
  readonly of: string;
  readonly exchanges: readonly Exchange[];
}

/** Final log-odds of each session, per engine. */
interface Scored extends Session {
  readonly totals: readonly [plain: number, taught: number];
}

function visits(people: readonly Person[], from: number): Session[] {
  return Array.from({ length: perDay }, (_, i) => {
    const person = people[Math.floor(random() * people.length)] as Person;
    const site = { ...(sites[person.number % sites.length] as Site) };
    const at = from + (i / perDay) * day + random() * 60_000;
    return { of: "people", exchanges: visit(person, site, { at, random }).exchanges };
  });
}

function attacks(list: readonly Attack[]): Session[] {
  return list.flatMap(({ name, sessions }) => sessions.map((exchanges) => ({ of: name, exchanges })));
}

/** Plays sessions through both engines in time order, and lets both close what has ended. */
function play(sessions: readonly Session[]): Scored[] {
  const last = sessions.map((): [number, number] => [0, 0]);
  const events = sessions
    .flatMap(({ exchanges }, session) => exchanges.map((exchange) => ({ exchange, session })))
    .sort((a, b) => a.exchange.at - b.exchange.at);
  let sweptAt = 0;
  for (const { exchange, session } of events) {
    for (const [e, engine] of engines.entries()) {
      if (exchange.at - sweptAt > 600_000) engine.sweep(exchange.at);
      const { score } = engine.inspect(exchange);
      (last[session] as number[])[e] = score.total / 100;
      engine.observe(exchange);
    }
    if (exchange.at - sweptAt > 600_000) sweptAt = exchange.at;
  }
  for (const engine of engines) engine.sweep((events.at(-1)?.exchange.at ?? 0) + hour);
  return sessions.map((session, i) => ({ ...session, totals: last[i] as [number, number] }));
}

function at(dayNumber: number, hours: number, site: Site): { site: Site; at: number; random: Random } {
  return { site, at: start + dayNumber * day + hours * hour, random };
}

/** Share of sessions above all but one in a thousand of the people. */
function recall(attack: readonly number[], people: readonly number[]): number {
  const sorted = people.toSorted((a, b) => b - a);
  const bar = sorted[Math.floor(people.length / 1_000)] ?? 1;
  return attack.filter((score) => score > bar).length / Math.max(1, attack.length);
}

function main(): void {
  const people = createPeople(1_800, createRandom(seed + 1));
  const first = visits(people, start);
  play(first);
  const recorded = first
    .map(({ exchanges }) => exchanges)
    .filter((exchanges) => exchanges.length > 8)
    .slice(0, 5);
  play([
    ...visits(people, start + day),
    ...attacks([stuffing(at(1, 2, shop), 300), scraper(at(1, 6, shop), 150), giftCards(at(1, 12, shop), 150)]),
  ]);
  const before = process.cpuUsage();
  const outcome = trainSessionModels(taught.models.samples(), { seed, at: start + 2 * day });
  const { user } = process.cpuUsage(before);
  const report = outcome.kind === "trained" ? outcome.models.report : outcome.report;
  if (outcome.kind === "trained") taught.models.publish(outcome.models);
  console.log(
    `trained on ${report.sessions} sessions, ${report.labelled} labelled, in ${(user / 1e6).toFixed(1)} s of CPU${report.refused === "" ? "" : `; refused: ${report.refused}`}`,
  );
  for (const { name, votes, hit, falseAlarm } of report.labellers)
    console.log(
      `  ${name.padEnd(26)} ${String(votes).padStart(5)} votes, hit ${hit.toFixed(3)}, false alarm ${falseAlarm.toFixed(4)}`,
    );
  for (const side of ["behaviour", "presentation"] as const)
    console.log(
      `  ${side}: AUC ${report[side].laterAuc?.toFixed(3)} later, ${report[side].otherCampaignsAuc?.toFixed(3)} on campaigns left out`,
    );
  const third = play([
    ...visits(people, start + 2 * day),
    ...attacks([
      spraying(at(2, 1, portal), 100),
      heldOutTool(at(2, 4, portal), 100),
      takeover(at(2, 7, portal), 60),
      browserAgent(at(2, 10, shop), 80),
      replayFarm(at(2, 14, shop), 100, recorded),
    ]),
  ]);
  const honest = third.filter(({ of }) => of === "people");
  const lines = [...new Set(third.map(({ of }) => of))].filter((of) => of !== "people");
  const results = lines.map((name) => {
    const own = third.filter(({ of }) => of === name);
    const compare = (e: 0 | 1): { auc: number; recall: number } => ({
      auc:
        areaUnderCurve([
          ...own.map(({ totals }) => ({ score: totals[e], positive: true })),
          ...honest.map(({ totals }) => ({ score: totals[e], positive: false })),
        ]) ?? 0,
      recall: recall(
        own.map(({ totals }) => totals[e]),
        honest.map(({ totals }) => totals[e]),
      ),
    });
    const [without, withModels] = [compare(0), compare(1)];
    console.log(
      `  ${name.padEnd(46)} AUC ${without.auc.toFixed(3)} -> ${withModels.auc.toFixed(3)}   recall at 1e-3 ${without.recall.toFixed(2)} -> ${withModels.recall.toFixed(2)}`,
    );
    return { name, without, withModels };
  });
  const called = (e: 0 | 1): number => honest.filter(({ totals }) => totals[e] > 10 / 11).length;
  const error = (e: 0 | 1): number =>
    reliability(third.map(({ of, totals }) => ({ score: totals[e], positive: of !== "people" }))).error;
  console.log(
    `people above ten to one: ${called(0)} -> ${called(1)} of ${honest.length}; calibration error ${error(0).toFixed(3)} -> ${error(1).toFixed(3)}`,
  );
  const unusual = taught.models.unusual();
  console.log(`unusual groups shown: ${unusual.length}`);
  for (const { application, unusual: members, sessions, userAgent, differs } of unusual.slice(0, 5))
    console.log(
      `  ${application}: ${members} of ${sessions} sessions, ${userAgent.slice(0, 60)}: ${differs.join("; ")}`,
    );
  console.log(
    JSON.stringify({ seed, report: { ...report, labellers: undefined }, results, called: [called(0), called(1)] }),
  );
}

main();
