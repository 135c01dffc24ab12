import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom, type DecisionRecord, readTrace } from "#core";
import { type EventStore, openEventStore } from "./open-event-store.ts";
import { rollupOf } from "./rollups.ts";

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 5, 9);
const folder = mkdtempSync(join(tmpdir(), "gait-rollups-"));
const random = createRandom(7);
const options = {
  folder,
  privacy: { addresses: "hashed", hashAddress: () => 1 },
  limits: { rollAfterMs: 6 * hour },
} as const;
let store: EventStore;

function record(at: number, number: number): DecisionRecord {
  const [exchange] = readTrace("GET / 200");
  if (exchange === undefined) throw new Error("the trace is empty");
  const total = Math.floor(random() * 100);
  return {
    sequence: number,
    exchange: { ...exchange, id: `r${number}`, at },
    verdict: {
      action: total > 90 ? "block" : "allow",
      kind: total > 80 ? "automated" : "human",
      score: { total, behaviour: total, presentation: 0 },
      signals: [],
      rule: null,
      watched: [],
      basis: "none",
      certifiedFpr: null,
      reference: "",
      revision: 1,
    },
    enforced: total > 95 ? "block" : "allow",
    path: `/${number % 7}`,
    trail: { session: 1, identity: 0, template: "/", cohort: "" },
    decisionUs: 1 + random() * 50,
    session: `s${number % 40}`,
    actor: `a${number % 15}`,
    failure: "",
  };
}

beforeAll(async () => {
  store = await openEventStore(options);
  for (let i = 0; i < 4_000; i++) store.append(record(start + Math.floor((i * 5 * hour) / 4_000), i));
  await store.flush();
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Every sum over a span, from the rollups and from the events. */
async function bothWays(from: number, to: number): Promise<readonly [unknown, unknown]> {
  const span = `everything WHERE time >= ${from} AND time < ${to}`;
  const told = [
    await store.query(
      `SELECT kind, action, enforced, sum(n) AS n, sum(answered) AS answered FROM ${rollupOf("minutes", from, to)} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    ),
    await store.query(
      `SELECT count(DISTINCT session) AS s, count(DISTINCT actor) AS a, sum(n) AS n, max(worst) AS worst FROM ${rollupOf("visits", from, to)}`,
    ),
    await store.query(`SELECT sum(n) AS n FROM ${rollupOf("speeds", from, to)}`),
    await store.query(
      `SELECT path, kind, max(n) AS n, count(DISTINCT hash) AS sessions FROM (SELECT path, kind, sum(n) OVER (PARTITION BY path, kind) AS n, unnest(sessions) AS hash FROM ${rollupOf("paths", from, to)}) GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
  ];
  const true_ = [
    await store.query(
      `SELECT kind, action, enforced, count(*) AS n, count(*) FILTER (duration >= 0 AND status > 0) AS answered FROM ${span} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    ),
    await store.query(
      `SELECT count(DISTINCT session) AS s, count(DISTINCT actor) AS a, nullif(count(*), 0) AS n, max(total) AS worst FROM ${span}`,
    ),
    await store.query(`SELECT nullif(count(*), 0) AS n FROM ${span}`),
    await store.query(
      `SELECT path, kind, count(*) AS n, count(DISTINCT session) AS sessions FROM ${span} GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
  ];
  return [told, true_];
}

async function agrees(): Promise<void> {
  const spans = [
    [start, start + 5 * hour],
    [start - hour, start + 9 * hour],
    [start + 1, start + 2 * hour + 1],
    [start + 61_234, start + 62_000],
    [start + 9 * hour, start + 9 * hour],
    ...Array.from({ length: 4 }, () => {
      const from = start + Math.floor(random() * 4 * hour);
      return [from, from + Math.floor(random() * 3 * hour)] as const;
    }),
  ] as const;
  for (const [from, to] of spans) {
    const [told, real] = await bothWays(from, to);
    expect([from - start, to - start, told]).toEqual([from - start, to - start, real]);
  }
}

test("sums are those of the events of any span: before an hour is rolled, after it, and for late events", async () => {
  await agrees();
  await store.maintain(start + 3 * hour + 6 * hour);
  expect(readdirSync(join(folder, "rollups")).filter((name) => name.startsWith("minutes-2026"))).toHaveLength(3);
  await agrees();
  for (let i = 0; i < 50; i++) store.append(record(start + i * 1_000, 10_000 + i));
  await store.flush();
  await agrees();
  await store.maintain(start + 3 * hour + 6 * hour);
  await agrees();
});

test("who is forgotten is forgotten in the sums, too", async () => {
  await store.erase("actor", "a3");
  expect(await store.query("SELECT count(*) AS n FROM visits WHERE actor = 'a3'")).toEqual([{ n: 0 }]);
  await agrees();
  await store.maintain(start + 3 * hour + 6 * hour);
  expect(await store.query("SELECT count(*) AS n FROM visits WHERE actor = 'a3'")).toEqual([{ n: 0 }]);
  await agrees();
});

test("hours without sums, or with half of them, are read event by event until they have some again", async () => {
  await store.close();
  rmSync(join(folder, "rollups", "visits-2026-01-05T09.parquet"));
  store = await openEventStore(options);
  await agrees();
  await store.maintain(start + 3 * hour + 6 * hour);
  expect(readdirSync(join(folder, "rollups"))).toContain("visits-2026-01-05T09.parquet");
  await agrees();
  await store.maintain(start + 40 * 24 * hour);
  expect(readdirSync(join(folder, "rollups")).filter((name) => name.includes("2026"))).toEqual([]);
  expect(await store.query("SELECT count(*) AS n FROM minutes")).toEqual([{ n: 0 }]);
});
