import { spawn } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type DecisionRecord, keyedHash, readTrace, testHashKey, type Verdict } from "#core";
import type { Privacy } from "./columns.ts";
import { type EventStore, openEventStore } from "./open-event-store.ts";
import { networkOf } from "./places.ts";

const privacy: Privacy = { addresses: "hashed", hashAddress: (ip) => keyedHash(testHashKey, ip) };
const verdict: Verdict = {
  action: "block",
  kind: "automated",
  score: { total: 91, behaviour: 90, presentation: 55 },
  signals: [{ detector: "id-walk", axis: "enumeration", group: "walk", nats: 4.25, evidence: {} }],
  rule: null,
  watched: ["busy"],
  basis: "prior",
  certifiedFpr: null,
  reference: "r",
  revision: 1,
};
const folders: string[] = [];
const stores: EventStore[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gait-store-"));
  folders.push(folder);
  return folder;
}

async function open(folder: string, limits = {}): Promise<EventStore> {
  const store = await openEventStore({ folder, privacy, limits });
  stores.push(store);
  return store;
}

function records(count: number, start = Date.UTC(2026, 0, 5, 9)): DecisionRecord[] {
  const [exchange] = readTrace('@203.0.113.7 GET /orders/1?token=secret 200 > sid=topsecret "User-Agent: curl/8"', {
    start,
  });
  if (exchange === undefined) throw new Error("the trace is empty");
  return Array.from({ length: count }, (_, i) => ({
    sequence: i + 1,
    exchange: { ...exchange, id: `ref-${i + 1}`, at: start + i },
    verdict,
    enforced: "allow",
    path: "/orders/1",
    session: "s1",
    actor: "a1",
    trail: { session: 1, identity: 0, template: "/orders/{x}", cohort: "" },
    decisionUs: 5,
    failure: "",
  }));
}

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test("what was appended is found again, without address, query or cookie", async () => {
  const store = await open(newFolder());
  for (const record of records(5_000)) store.append(record);
  await store.flush();
  expect(store.stats()).toMatchObject({ appended: 5_000, stored: 5_000, shed: 0, problem: "" });
  const [row] = await store.query("SELECT * FROM everything WHERE reference = $1", ["ref-4242"]);
  expect(row).toMatchObject({
    sequence: 4242,
    network: "203.0.113.0/24",
    ip: "",
    path: "/orders/1",
    kind: "automated",
    signals: '[["id-walk","enumeration","walk",4.25,{}]]',
    watched: "busy",
    total: 91,
  });
  expect(row?.address).toBe(keyedHash(testHashKey, "203.0.113.7"));
  expect(JSON.stringify(row)).not.toMatch(/secret|203\.0\.113\.7/);
});

test("a small batch is handed over by its age, not only by its size", async () => {
  const store = await open(newFolder(), { batchAgeMs: 20 });
  for (const record of records(3)) store.append(record);
  await expect.poll(() => store.stats().stored).toBe(3);
});

test("only one SELECT is allowed, inside its folder, within its time and size", async () => {
  const store = await open(newFolder(), { queryMs: 300, queryRowsMax: 100 });
  for (const record of records(200)) store.append(record);
  await store.flush();
  await expect(store.query("DELETE FROM events")).rejects.toThrow(/only SELECT/);
  await expect(store.query("SELECT 1; SELECT 2")).rejects.toThrow(/one SELECT, found 2/);
  await expect(store.query("COPY events TO '/tmp/leak.csv'")).rejects.toThrow(/Permission/);
  await expect(store.query("SELECT * FROM read_text('/etc/passwd')")).rejects.toThrow(
    /disabled|not allowed|Permission/i,
  );
  await expect(store.query("SELECT * FROM events")).rejects.toThrow(/more than 100 rows/);
  await expect(store.query("SELECT count(*) FROM range(100000000000)")).rejects.toThrow(/longer than 300 ms/);
  expect(await store.query("SELECT count(*) AS n FROM everything")).toEqual([{ n: 200 }]);
});

test("finished hours move to files, stay visible, and leave when retention says so", async () => {
  const folder = newFolder();
  const hour = 3_600_000;
  const start = Date.UTC(2026, 0, 5, 9);
  const store = await open(folder, { rollAfterMs: hour, retentionMs: 10 * hour });
  for (const record of records(1_000, start)) store.append(record);
  await store.flush();
  await store.maintain(start + 3 * hour);
  expect(readdirSync(join(folder, "events"))).toContain("2026-01-05T09.parquet");
  expect(await store.query("SELECT count(*) AS n FROM events")).toEqual([{ n: 0 }]);
  expect(await store.query("SELECT count(*) AS n, min(path) AS path FROM everything")).toEqual([
    { n: 1_000, path: "/orders/1" },
  ]);
  // A late event of a rolled hour joins its file, and rolling again changes nothing.
  for (const record of records(1, start).map((one) => ({ ...one, sequence: 5_000 }))) store.append(record);
  await store.flush();
  await store.maintain(start + 3 * hour);
  await store.maintain(start + 3 * hour);
  expect(await store.query("SELECT count(*) AS n FROM everything")).toEqual([{ n: 1_001 }]);
  // After a restart sequences begin anew: another event of the same number and time is another event.
  for (const record of records(1, start))
    store.append({ ...record, exchange: { ...record.exchange, id: "after-restart" } });
  await store.flush();
  await store.maintain(start + 3 * hour);
  expect(await store.query("SELECT count(*) AS n FROM everything")).toEqual([{ n: 1_002 }]);
  await store.maintain(start + 30 * hour);
  expect(await store.query("SELECT count(*) AS n FROM everything")).toEqual([{ n: 0 }]);
});

test("a crash between an hour's file and the deletion of its rows leaves both, and nothing counts twice", async () => {
  const before = newFolder();
  const hour = 3_600_000;
  const start = Date.UTC(2026, 0, 5, 9);
  const store = await open(before, { rollAfterMs: hour });
  for (const record of records(100, start)) store.append(record);
  await store.close();
  const crashed = newFolder();
  cpSync(before, crashed, { recursive: true });
  const rolled = await open(before, { rollAfterMs: hour });
  await rolled.maintain(start + 3 * hour);
  await rolled.close();
  const file = join("events", "2026-01-05T09.parquet");
  mkdirSync(join(crashed, "events"), { recursive: true });
  copyFileSync(join(before, file), join(crashed, file));
  writeFileSync(join(crashed, "events", "2026-01-05T10.parquet.tmp"), "half a file");

  const found = await open(crashed, { rollAfterMs: hour });

  expect(await found.query("SELECT count(*) AS n FROM everything")).toEqual([{ n: 100 }]);
  expect(readdirSync(join(crashed, "events")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("a second store on the same folder is refused with a sentence", async () => {
  const folder = newFolder();
  await open(folder);
  const child = await runChild(folder, "open");
  expect(child.output).toMatch(/could not be opened/);
});

test("what was acknowledged survives kill -9", async () => {
  const folder = newFolder();
  for (let round = 0; round < 3; round++) {
    const { output } = await runChild(folder, "write-until-killed");
    const acknowledged = Math.max(0, ...[...output.matchAll(/stored (\d+)/g)].map((match) => Number(match[1])));
    const store = await openEventStore({ folder, privacy });
    const [row] = await store.query(
      `SELECT count(*) AS n, count(DISTINCT reference) AS d FROM everything WHERE session = 'round-${process.pid}'`,
    );
    expect(Number(row?.n)).toBeGreaterThanOrEqual(acknowledged);
    expect(row?.d).toBe(row?.n);
    expect(acknowledged).toBeGreaterThan(0);
    await store.close();
  }
});

/** Runs the child beside this test; kills it mid-write where it is asked to write until killed. */
function runChild(folder: string, job: string): Promise<{ readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [
      "--conditions=source",
      "--disable-warning=ExperimentalWarning",
      "src/store/testdata/store-child.ts",
      folder,
      job,
      `round-${process.pid}`,
    ]);
    let output = "";
    const collect = (data: Buffer): void => {
      output += data.toString();
      if (job === "write-until-killed" && (output.match(/stored/g)?.length ?? 0) >= 3) child.kill("SIGKILL");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("close", () => resolve({ output }));
  });
}

test("the network of an address names nobody", () => {
  expect(networkOf("203.0.113.7")).toBe("203.0.113.0/24");
  expect(networkOf("2001:db8:1:2::7")).toBe("2001:db8:1::/48");
  expect(networkOf("2001:db8::7")).toBe("2001:db8::/48");
  expect(networkOf("")).toBe("");
});
