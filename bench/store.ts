import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, type DecisionRecord, keyedHash, readTrace, testHashKey } from "#core";
import { openEventStore } from "#store";

/**
 * How fast decisions are remembered and found again: `npm run bench:store [-- --full]`.
 * One million events by default, ten million with --full. The hand-over is what the serving thread pays.
 */
const events = process.argv.includes("--full") ? 10_000_000 : 1_000_000;
const random = createRandom(1);
const folder = mkdtempSync(join(tmpdir(), "gait-bench-store-"));
const store = await openEventStore({
  folder,
  privacy: { addresses: "hashed", hashAddress: (ip) => keyedHash(testHashKey, ip) },
  limits: { batchesPendingMax: 100_000, queryMs: 60_000 },
});
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

const queries: Readonly<Record<string, string>> = {
  count: "SELECT count(*) AS n FROM everything",
  kindPerMinute: "SELECT floor(time / 60000) AS minute, kind, count(*) AS n FROM everything GROUP BY ALL ORDER BY ALL",
  topActors: "SELECT actor, count(*) AS n, max(total) AS worst FROM everything GROUP BY actor ORDER BY n DESC LIMIT 20",
  oneActor:
    "SELECT time, path, status, total, signals FROM everything WHERE actor = 'a17' ORDER BY time DESC LIMIT 200",
  oneReference: `SELECT * FROM everything WHERE reference = 'r-${(events - 5).toString(36)}'`,
  lastHour: `SELECT kind, count(*) AS n FROM everything WHERE time > ${start + events * 8 - 3_600_000} GROUP BY kind`,
  topPaths:
    "SELECT path, count(*) AS n, approx_count_distinct(session) AS sessions FROM everything GROUP BY path ORDER BY n DESC LIMIT 20",
};

let handOver = 0;
let generating = 0;
const started = performance.now();
for (let done = 0; done < events; ) {
  const before = performance.now();
  const batch = Array.from({ length: Math.min(20_000, events - done) }, (_, i) => record(done + i));
  const made = performance.now();
  for (const one of batch) store.append(one);
  generating += made - before;
  handOver += performance.now() - made;
  done += batch.length;
  while (store.stats().appended - store.stats().stored > 100_000)
    await new Promise((resolve) => setTimeout(resolve, 1));
}
await store.flush();
const ingestPerSecond = Math.round(events / ((performance.now() - started) / 1000));
const milliseconds: Record<string, number> = {};
for (const [name, sql] of Object.entries(queries)) {
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const before = performance.now();
    await store.query(sql);
    times.push(performance.now() - before);
  }
  milliseconds[name] = Math.round(times.toSorted((a, b) => a - b)[1] ?? 0);
  process.stdout.write(`${name.padEnd(16)} ${String(milliseconds[name]).padStart(6)} ms\n`);
}
const { shed } = store.stats();
await store.close();
rmSync(folder, { recursive: true, force: true });
const handOverNs = Math.round((handOver * 1e6) / events);
process.stdout.write(
  `${events} events, ${ingestPerSecond} stored/s with making them (${Math.round(generating)} ms), hand-over ${handOverNs} ns each, shed ${shed}\n`,
);
process.stdout.write(
  `${JSON.stringify({ bench: "store", events, ingestPerSecond, handOverNs, shed, milliseconds })}\n`,
);
