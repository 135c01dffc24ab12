import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom } from "#core";
import { openControlStore } from "../control/open-control-store.ts";
import { openEventStore } from "./open-event-store.ts";

const privacy = { addresses: "hashed", hashAddress: () => 1 } as const;
const key = Buffer.alloc(32, 7);
const home = mkdtempSync(join(tmpdir(), "gait-torn-"));
const full = process.env.GAIT_TORN_FULL === "1";
/** Offsets and flips tried; the long form tries many more. */
const tries = full ? 2_000 : 24;
const kills = full ? 200 : 3;
const random = createRandom(20_260_105);
beforeAll(() => writeFileSync(join(home, "keep"), ""));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A process that writes until it is killed, after `ms` from its first acknowledged batch. */
function killedWriter(folder: string, job: string, ms: number): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [
      "--conditions=source",
      "--disable-warning=ExperimentalWarning",
      "src/store/testdata/store-child.ts",
      folder,
      job,
      "torn",
    ]);
    let output = "";
    let timer: NodeJS.Timeout | undefined;
    child.stdout.on("data", (data: Buffer) => {
      output += data.toString();
      timer ??= setTimeout(() => child.kill("SIGKILL"), ms);
    });
    child.on("close", () => {
      clearTimeout(timer);
      resolve(Math.max(0, ...[...output.matchAll(/stored (\d+)/g)].map((match) => Number(match[1]))));
    });
  });
}

test("killed at random while it writes, rolls and checkpoints, the store loses nothing acknowledged and shows nothing twice", async () => {
  const folder = join(home, "killed");
  let acknowledged = 0;
  for (let round = 0; round < kills; round++) {
    acknowledged += await killedWriter(folder, "maintain-until-killed", Math.floor(random() * 500));
    const store = await openEventStore({ folder, privacy });
    const [row] = await store.query("SELECT count(*) AS n, count(DISTINCT reference) AS d FROM everything");
    expect(Number(row?.d)).toBe(Number(row?.n));
    expect(Number(row?.n)).toBeGreaterThanOrEqual(acknowledged);
    await store.close();
    if (full && round % 20 === 19) console.log(`event store: ${round + 1} kills so far`);
  }
  expect(acknowledged).toBeGreaterThan(0);
  console.log(`event store: ${kills} kills, ${acknowledged} events acknowledged, none lost, none twice`);
  expect(readdirSync(join(folder, "events")).filter((name) => /\.(tmp|merged)$/.test(name))).toEqual([]);
}, 3_600_000);

test("a control store whose log is cut anywhere, or has a bit turned, opens with every entry up to the damage", () => {
  const folder = join(home, "control");
  const first = openControlStore(folder, key);
  for (let i = 0; i < 60; i++) {
    const entry = { at: i, who: "ann", operation: "decisions.add", subject: JSON.stringify({ i }) };
    first.change(entry, [{ collection: "decisions", id: `d${i}`, body: { i } }]);
  }
  // Copied while it is open, as after a kill: the log has not been taken into the database.
  const wal = readFileSync(join(folder, "control.sqlite-wal"));
  expect(wal.length).toBeGreaterThan(4_096);
  let seen = 0;
  for (let i = 0; i < tries; i++) {
    const copy = join(home, "control-copy");
    rmSync(copy, { recursive: true, force: true });
    cpSync(folder, copy, { recursive: true });
    rmSync(join(copy, "control.sqlite-shm"), { force: true });
    const at = Math.floor(random() * wal.length);
    const file = join(copy, "control.sqlite-wal");
    if (i % 2 === 0) truncateSync(file, at);
    else {
      const bytes = Buffer.from(wal);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (i % 8));
      writeFileSync(file, bytes);
    }
    const store = openControlStore(copy, key);
    const check = store.verifyAudit();
    expect([at, check.whole]).toEqual([at, true]);
    // A change and its entry are one: there are as many documents as entries.
    expect([at, store.documents("decisions").length]).toEqual([at, store.auditLength()]);
    if (i % 2 === 0 && at > 8_192) seen = Math.max(seen, store.auditLength());
    store.close();
  }
  expect(seen).toBeGreaterThan(10);
  first.close();
}, 1_200_000);

test("an event store whose log is cut anywhere, or has a bit turned, opens, and says what was set aside", async () => {
  const folder = join(home, "events");
  await killedWriter(folder, "write-until-killed", 300);
  const walName = readdirSync(folder).find((name) => name.endsWith(".wal")) ?? "";
  const wal = readFileSync(join(folder, walName));
  expect(wal.length).toBeGreaterThan(100_000);
  let told = 0;
  for (let i = 0; i < Math.ceil(tries / 4); i++) {
    const copy = join(home, "events-copy");
    rmSync(copy, { recursive: true, force: true });
    cpSync(folder, copy, { recursive: true });
    const at = Math.floor(random() * wal.length);
    if (i % 2 === 0) truncateSync(join(copy, walName), at);
    else {
      const bytes = Buffer.from(wal);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (i % 8));
      writeFileSync(join(copy, walName), bytes);
    }
    const store = await openEventStore({ folder: copy, privacy });
    const [row] = await store.query("SELECT count(*) AS n, count(DISTINCT reference) AS d FROM everything");
    expect([at, Number(row?.d)]).toEqual([at, Number(row?.n)]);
    const aside = readdirSync(copy).filter((name) => name.includes(".damaged"));
    if (aside.length > 0) {
      told++;
      expect(statSync(join(copy, aside[0] ?? "")).size).toBeGreaterThan(0);
      expect(store.stats().notice).toContain(aside[0]);
    }
    await store.close();
  }
  console.log(`event log: ${told} of ${Math.ceil(tries / 4)} damaged logs were set aside`);
}, 1_200_000);
