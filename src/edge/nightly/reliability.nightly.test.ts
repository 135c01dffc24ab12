import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type FaultRig, openFaultRig } from "../testdata/fault-rig.ts";
import { openOrigin, RawClient } from "../testdata/gateway-rig.ts";
import { runNonceStorm } from "../testdata/nonce-storm.ts";

/**
 * The long forms of what short tests show on every change: more clients, more time, real tools. `npm run test:nightly`;
 * `GAIT_NIGHTLY_SECONDS` shortens each for a look.
 */
const seconds = Number(process.env.GAIT_NIGHTLY_SECONDS ?? 0);
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});
const wait = (spanMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, spanMs));
const lasting = (fullSeconds: number): number => (seconds === 0 ? fullSeconds : Math.min(seconds, fullSeconds));

async function openFaults(workers: number, environment: Readonly<Record<string, string>> = {}): Promise<FaultRig> {
  const origin = await openOrigin((request, response) => {
    request.resume();
    if (request.url === "/slow") return void setTimeout(() => response.end("slow"), 5_000);
    if (request.url !== "/stream") return void response.end("ok");
    const timer = setInterval(() => response.write("data: tick\n\n"), 250);
    setTimeout(() => {
      clearInterval(timer);
      response.end("data: last\n\n");
    }, lasting(30) * 1_000);
  });
  const rig = await openFaultRig({ upstreamPort: origin.port, workers, mode: "enforce" }, environment);
  closers.push(
    () => origin.close(),
    () => rig.close(),
  );
  return rig;
}

/** wrk against a port; what it counts as an error, and its p99 in milliseconds. */
function load(
  port: number,
  forSeconds: number,
): Promise<{ readonly errors: number; readonly requests: number; readonly p99Ms: number }> {
  if (!existsSync("/usr/bin/wrk")) throw new Error("wrk is missing: apt-get install wrk");
  const folder = mkdtempSync(join(tmpdir(), "gait-wrk-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const script = join(folder, "done.lua");
  writeFileSync(
    script,
    'done = function(s, l) local e = s.errors; io.write(string.format("RESULT %d %d %.3f\\n", s.requests, e.connect + e.read + e.write + e.status + e.timeout, l:percentile(99) / 1000)) end',
  );
  return new Promise((resolve, reject) => {
    execFile("wrk", ["-t1", "-c32", `-d${forSeconds}s`, "-s", script, `http://127.0.0.1:${port}/`], (error, stdout) => {
      const found = /RESULT (\d+) (\d+) ([\d.]+)/.exec(stdout);
      if (found === null) reject(error ?? new Error(stdout));
      else resolve({ requests: Number(found[1]), errors: Number(found[2]), p99Ms: Number(found[3]) });
    });
  });
}

test.each([0, 2])("twenty reloads under wrk lose nothing and cut no stream (workers: %d)", async (workers) => {
  const rig = await openFaults(workers);
  const quiet = await load(rig.port, lasting(10));
  const span = lasting(30);
  const loaded = load(rig.port, span);
  const paths = ["/stream", "/slow"].flatMap((path) => Array.from({ length: 10 }, () => path));
  const streams = paths.map((path) =>
    new RawClient(rig.port).send(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
  );
  for (let revision = 1; revision <= 20; revision++) {
    await rig.tell(`reload ${revision}`);
    await wait((span * 1_000) / 25);
    const { workers: states } = await rig.report();
    for (const state of states) expect(state.revision).toBe(revision);
  }
  const result = await loaded;
  console.log(`p99 ${quiet.p99Ms} ms quiet, ${result.p99Ms} ms under reloads, ${result.requests} requests`);
  expect(result.errors).toBe(0);
  // A look of a few seconds measures the start of processes.
  if (seconds === 0) expect(result.p99Ms).toBeLessThan(Math.max(10, quiet.p99Ms * 2));
  for (const stream of streams) expect(await stream.untilEnd(40_000)).toMatch(/slow|data: last/);
});

test("no answer reaches the wrong client in a storm of fifty clients with twenty thousand requests each", async () => {
  const result = await runNonceStorm({ clients: 50, requests: seconds === 0 ? 20_000 : 40, seed: 11, waitMs: 20_000 });
  expect(result.wrong).toEqual([]);
  expect(result.aborted).toBeGreaterThan(50);
});

/** Resident memory in megabytes, and open descriptors, of a process. */
function usageOf({ pid = 0 }: ChildProcess): { readonly megabytes: number; readonly descriptors: number } {
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? "0";
  return { megabytes: Number(rss) / 1_024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

test("half an hour of load with clients that leave keeps memory and descriptors level", async () => {
  const rig = await openFaults(0);
  const span = lasting(1_800);
  await load(rig.port, lasting(30));
  const before = usageOf(rig.child);
  const ends = performance.now() + span * 1_000;
  while (performance.now() < ends) {
    const leavers = Array.from({ length: 20 }, () =>
      new RawClient(rig.port).send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"),
    );
    await load(rig.port, Math.min(10, span));
    for (const leaver of leavers) leaver.close();
  }
  await wait(2_000);
  const after = usageOf(rig.child);
  const slope = (after.megabytes - before.megabytes) / (span / 60);
  console.log(
    `${before.megabytes.toFixed(0)} MB before, ${after.megabytes.toFixed(0)} MB after, ${slope.toFixed(2)} MB a minute`,
  );
  // A short look is too short for a slope: the heap has not found its size yet.
  if (seconds === 0) expect(slope).toBeLessThan(1);
  // Pooled connections to the origin may stay; nothing may grow with the number of clients that left.
  expect(after.descriptors - before.descriptors).toBeLessThan(60);
});

test("clock jumps of a month and back end nothing early, hold nothing longer and crash nothing", async () => {
  const library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
  if (!existsSync(library)) throw new Error(`${library} is missing: apt-get install faketime`);
  const folder = mkdtempSync(join(tmpdir(), "gait-clock-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "faketime");
  writeFileSync(file, "+0\n");
  const rig = await openFaults(0, {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  });
  const span = lasting(30);
  const loaded = load(rig.port, span);
  const kept = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await kept.until((text) => text.endsWith("ok"), 20_000)).toContain("200 OK");
  for (const offset of ["+30d", "-2h", "+0", "+30d", "-30d", "+0"]) {
    writeFileSync(file, `${offset}\n`);
    await wait((span * 1_000) / 7);
  }
  expect((await loaded).errors).toBe(0);
  // Idle for a few seconds by the only clock that counts: still there.
  expect(kept.ended).toBe(span > 60);
  expect(await askFrom("127.0.0.1", rig.port)).toBe(200);
  const { stats } = await rig.report();
  expect(stats.reasons["internal-error"]).toBeUndefined();
});

/** The status of one request. The attacker meets the cap of its address; a person comes from another one. */
function askFrom(localAddress: string, port: number): Promise<number> {
  return new Promise((resolve) => {
    const asked = get({ host: "127.0.0.1", port, localAddress, agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    asked.on("error", () => resolve(0));
  });
}

test.each([
  ["slow headers", ["-H"]],
  ["slow bodies", ["-B"]],
  ["ranges", ["-R"]],
  ["slow reading", ["-X"]],
])("2,500 connections of %s: people are served and everything is gone in time", async (_, flags) => {
  if (!existsSync("/usr/bin/slowhttptest")) throw new Error("slowhttptest is missing: apt-get install slowhttptest");
  const rig = await openFaults(0);
  const before = usageOf(rig.child);
  const span = lasting(30);
  const fixed = ["-c", "2500", "-r", "600", "-l", String(span), "-u", `http://127.0.0.1:${rig.port}/`];
  const attacker = spawn("slowhttptest", [...flags, ...fixed], { stdio: "ignore" });
  closers.push(() => void attacker.kill("SIGKILL"));
  for (let turn = 0; turn < span * 5; turn++) {
    expect(await askFrom("127.0.0.2", rig.port)).toBe(200);
    await wait(200);
  }
  await wait(12_000);
  const { stats } = await rig.report();
  const after = usageOf(rig.child);
  console.log(
    `${(after.megabytes - before.megabytes).toFixed(0)} MB more, ${stats.totals.openConnections} connections left`,
  );
  expect(stats.totals.openConnections).toBeLessThan(60);
  expect(after.megabytes - before.megabytes).toBeLessThan(100);
});
