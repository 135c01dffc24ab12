import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, type DecisionRecord, keyedHash, readTrace, testHashKey } from "#core";
import { openEventStore, type Row } from "#store";
import { summedPaths } from "../src/app/operations/events/path-sums.ts";
import { newestOf } from "../src/app/operations/events/query-events.ts";
import { summedFigures } from "../src/app/operations/overview/overview-figures.ts";
import { sessionWhere } from "../src/app/operations/sessions/session-where.ts";

/**
 * How fast decisions are remembered and found again: `npm run bench:store [-- --full]`; one million events, ten million with
 * --full. Times are of the processor, because a wall clock on a busy machine measures its neighbours: what the hand-over costs
 * the serving thread, what storing costs all other threads of the process (events per second of one core), what a query
 * costs. Wall times stand beside them. The last line is JSON; the exit code is 1 where a goal is missed.
 */
const goals = { ingestPerCoreSecond: 100_000, typicalMs: 300, heavyMs: 1_000 } as const;
const events = process.argv.includes("--full") ? 10_000_000 : 1_000_000;
const random = createRandom(1);
const folder = mkdtempSync(join(tmpdir(), "gait-bench-store-"));
const store = await openEventStore({
  folder,
  privacy: { addresses: "hashed", hashAddress: (ip) => keyedHash(testHashKey, ip) },
  limits: { batchesPendingMax: 100_000, queryMs: 60_000 },
});
const query = (sql: string, values: readonly (string | number)[] = []): Promise<readonly Row[]> =>
  store.query(sql, values);
const kinds = ["human", "unknown", "automated", "declared-bot", "verified-agent"] as const;
const start = Date.UTC(2026, 0, 5);
const base = readTrace("GET /product/1 200")[0];
if (base === undefined) throw new Error("the trace is empty");
const template = base;

function record(i: number): DecisionRecord {
  const kind = kinds[Math.floor(random() ** 2 * kinds.length)] ?? "human";
  const client = Math.floor(random() ** 3 * 200_000);
  const total = Math.floor(random() * 100);
  const product = Math.floor(random() ** 2 * 20_000);
  return {
    sequence: i,
    exchange: {
      ...template,
      id: `r-${i.toString(36)}`,
      at: start + i * 8,
      client: { ...template.client, ip: `10.${client & 255}.${(client >> 8) & 255}.${client % 250}` },
      request: { ...template.request, path: `/product/${product}` },
    },
    verdict: {
      action: total > 90 ? "block" : "allow",
      kind,
      score: { total, behaviour: total, presentation: 10 },
      signals: total > 60 ? [{ detector: "id-walk", axis: "enumeration", group: "walk", nats: 2.5, evidence: {} }] : [],
      rule: null,
      watched: [],
      basis: "none",
      certifiedFpr: null,
      reference: "",
      revision: 1,
    },
    enforced: "allow",
    path: `/product/${product}`,
    trail: { session: client, identity: 0, template: "/product/{x}", cohort: "" },
    decisionUs: 5,
    session: `s${client}`,
    actor: `a${client % 50_000}`,
    failure: "",
  };
}

const end = start + events * 8;
const everything = { typical: typicalQueries(), heavy: heavyQueries() } as const;

let handOverUs = 0;
const begun = process.cpuUsage();
const begunMain = process.threadCpuUsage();
const started = performance.now();
for (let done = 0; done < events; ) {
  const batch = Array.from({ length: Math.min(20_000, events - done) }, (_, i) => record(done + i));
  const before = process.threadCpuUsage();
  for (const one of batch) store.append(one);
  handOverUs += sum(process.threadCpuUsage(before));
  done += batch.length;
  while (store.stats().appended - store.stats().stored > 100_000)
    await new Promise((resolve) => setTimeout(resolve, 1));
}
await store.flush();
const wallSeconds = (performance.now() - started) / 1_000;
const storeSeconds = (sum(process.cpuUsage(begun)) - sum(process.threadCpuUsage(begunMain))) / 1e6;
const ingestPerCoreSecond = Math.round(events / storeSeconds);
const handOverNs = Math.round((handOverUs * 1e3) / events);
const { shed } = store.stats();
process.stdout.write(
  `${events} events: ${ingestPerCoreSecond} stored per core-second, hand-over ${handOverNs} ns each, ${Math.round(events / wallSeconds)}/s by the wall with making them, shed ${shed}\n`,
);

// As the gateway's timer does: finished hours move to their files.
for (let run = 0; run < Math.ceil((end - start) / 86_400_000) + 1; run++) await store.maintain(end);

const milliseconds: Record<string, number> = {};
const missed: string[] = ingestPerCoreSecond < goals.ingestPerCoreSecond ? ["ingestPerCoreSecond"] : [];
for (const [kind, queries] of Object.entries(everything)) {
  const goal = kind === "typical" ? goals.typicalMs : goals.heavyMs;
  for (const [name, sql] of Object.entries(queries)) {
    const { cpuMs, wallMs } = await timed(sql);
    milliseconds[name] = cpuMs;
    if (cpuMs > goal) missed.push(name);
    process.stdout.write(
      `${kind.padEnd(8)} ${name.padEnd(18)} ${String(cpuMs).padStart(6)} ms of processor, ${wallMs} ms by the wall; goal ${goal}${cpuMs > goal ? "  MISSED" : ""}\n`,
    );
  }
}
await store.close();
rmSync(folder, { recursive: true, force: true });
process.stdout.write(
  `${JSON.stringify({ bench: "store", events, ingestPerCoreSecond, handOverNs, shed, milliseconds, goals, missed })}\n`,
);
process.exitCode = missed.length === 0 ? 0 : 1;

/** The median of three. */
async function timed(asked: Asked): Promise<{ readonly cpuMs: number; readonly wallMs: number }> {
  const cpu: number[] = [];
  const wall: number[] = [];
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage();
    const at = performance.now();
    await (typeof asked === "string" ? store.query(asked) : asked());
    wall.push(performance.now() - at);
    cpu.push(sum(process.cpuUsage(before)) / 1e3);
  }
  const median = (values: readonly number[]): number => Math.round(values.toSorted((a, b) => a - b)[1] ?? 0);
  return { cpuMs: median(cpu), wallMs: median(wall) };
}

/** A statement, or what a screen asks in several. */
type Asked = string | (() => Promise<unknown>);

function sum({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}

/** What an operator asks all day: a page, an hour, one of something. */
function typicalQueries(): Readonly<Record<string, Asked>> {
  const hour = `time >= ${end - 3_600_000} AND time < ${end}`;
  return {
    count: "SELECT count(*) AS n FROM everything",
    newestPage: () => newestOf(query, { where: hour, values: [], limit: 51 }),
    newestAutomated: () => newestOf(query, { where: `${hour} AND kind IN ('automated')`, values: [], limit: 51 }),
    hourByKind: `SELECT floor((time - ${end - 3_600_000}) / 60000) AS step, kind, count(*) AS n FROM everything WHERE ${hour} GROUP BY ALL`,
    hourFigures: `SELECT count(*) AS n, approx_count_distinct(session) AS s, approx_count_distinct(actor) AS a, approx_quantile(decision, [0.5, 0.99]) AS quantiles FROM everything WHERE ${hour}`,
    topActorsOfHour: `SELECT actor, count(*) AS n, max(total) AS worst FROM everything WHERE ${hour} GROUP BY actor ORDER BY n DESC LIMIT 20`,
    oneReference: `SELECT * FROM everything WHERE reference = 'r-${(events - 5).toString(36)}' LIMIT 1`,
    oneActor: "SELECT time, path, status, total FROM everything WHERE actor = 'a17' ORDER BY time DESC LIMIT 200",
    oneSession: async () => {
      const { sql, values } = await sessionWhere({ query }, "s4711");
      return query(`SELECT * FROM everything WHERE ${sql} ORDER BY time LIMIT 500`, values);
    },
  };
}

/** Over everything that is kept. */
function heavyQueries(): Readonly<Record<string, Asked>> {
  return {
    // What the overview asks of everything: the split over time, figures, actions.
    overview: () => summedFigures({ query }, { from: start, to: end, stepMs: 600_000, application: undefined }),
    topActors:
      "SELECT actor, count(*) AS n, max(total) AS worst FROM everything GROUP BY actor ORDER BY n DESC LIMIT 20",
    topPaths: () => summedPaths({ query }, { limit: 20 }),
    automatedPage: () => newestOf(query, { where: "kind IN ('automated')", values: [], limit: 51 }),
  };
}
