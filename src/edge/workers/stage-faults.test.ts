import { afterEach, expect, test } from "vitest";
import { type FaultRig, openFaultRig } from "../testdata/fault-rig.ts";
import { exchangeRaw, openOrigin, RawClient } from "../testdata/gateway-rig.ts";
import { startLoad } from "../testdata/steady-load.ts";

/**
 * The stage fault matrix: whatever a stage of the pipeline does, a request gets what its route declares, the process
 * serves on, and the fault is counted. One gateway in one thread and one spread over two workers must behave alike.
 */
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

async function openFaults(
  workers: number,
  limits: Readonly<Record<string, number>> = {},
  accessLog?: string,
): Promise<FaultRig> {
  const origin = await openOrigin((_, response) => void response.end("ok"));
  const known = { upstreamPort: origin.port, workers, mode: "enforce" as const, limits };
  const rig = await openFaultRig(accessLog === undefined ? known : { ...known, accessLog });
  closers.push(
    () => origin.close(),
    () => rig.close(),
  );
  return rig;
}

async function statusOf(rig: FaultRig, path: string): Promise<number> {
  const text = await exchangeRaw(rig.port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, 5_000);
  return Number(text.slice(9, 12));
}

/** Stage, what the request on an open route gets, and on a closed one. */
const matrix = [
  ["the engine throws", "throw", 200, 503],
  ["the engine returns nothing", "nothing", 200, 503],
  ["the engine returns a number", "number", 200, 503],
  ["the engine chooses an action that is none", "unknown", 200, 503],
  ["the engine's scores are not numbers", "nan", 200, 200],
  ["the engine takes 300 MB for a moment", "allocate", 200, 200],
  ["the engine throws while it learns", "learn-throw", 200, 200],
  ["nothing is wrong", "fine", 200, 200],
] as const;

/** Behind judgement: the stages that answer in the origin's place, sample its answers and learn from them. */
const laterStages = [
  ["an answer in the origin's place throws", "plan-throw", 403],
  ["it is a number", "plan-number", 403],
  ["its status is no number", "plan-nan", 403],
  ["it would come after no time that ends", "plan-never", 403],
  ["nothing is wrong with it", "plan-fine", 200],
  ["sampling an answer throws", "sample-throw", 200],
  ["a sample's size is no number", "sample-nan", 200],
  ["learning from a sample throws", "sample-learn-throw", 200],
] as const;

test.each([0, 2])("faults behind judgement cost nobody an exchange (workers: %d)", async (workers) => {
  const rig = await openFaults(workers, { verdictMs: 2_000 });
  const load = startLoad(rig.port, { clients: 4 });
  for (const [stage, path, status] of laterStages)
    expect([stage, await statusOf(rig, `/${path}`)]).toEqual([stage, status]);
  expect((await load.stop()).failures).toEqual([]);
  await expect
    .poll(async () => (await rig.report()).stats.reasons)
    .toMatchObject({ "treatment-threw": 3, "treatment-bad": 3 });
  expect((await rig.report()).stats.reasons["internal-error"]).toBeUndefined();
});

test("an access log that throws, or whose disk is full, costs lines and no request", async () => {
  const rig = await openFaults(0, {}, "/dev/full");
  expect(await statusOf(rig, "/log-throw")).toBe(200);
  for (let i = 0; i < 20; i++) expect(await statusOf(rig, "/fine")).toBe(200);
  await expect
    .poll(async () => (await rig.report()).stats.reasons)
    .toMatchObject({ "access-log-threw": 1, "access-log-error": expect.any(Number) });
  expect(await statusOf(rig, "/fine")).toBe(200);
});

test.each([0, 2])("each fault of a stage gets its route's declared answer (workers: %d)", async (workers) => {
  // The allocation alone may take longer than a verdict is waited for.
  const rig = await openFaults(workers, { verdictMs: 2_000 });
  const load = startLoad(rig.port, { clients: 4 });
  for (const [stage, path, open, closed] of matrix) {
    expect([stage, await statusOf(rig, `/${path}`)]).toEqual([stage, open]);
    expect([stage, await statusOf(rig, `/closed/${path}`)]).toEqual([stage, closed]);
  }
  expect((await load.stop()).failures).toEqual([]);
  const { stats } = await rig.report();
  expect(stats.failures).toEqual({ open: 4, closed: 4 });
  expect(stats.reasons["observe-threw"]).toBe(2);
  expect(stats.reasons["internal-error"]).toBeUndefined();
});

test("while the judging thread hangs, requests are answered by the fail mode, then not even held", async () => {
  const rig = await openFaults(2, { verdictMs: 40, circuitMs: 200, standingPublishMs: 50 });
  await rig.tell(`publish {"blocked":["127.0.0.9"]}`);
  const hung = statusOf(rig, "/hang?1500");
  const load = startLoad(rig.port, { clients: 4, pauseMs: 5 });
  await new Promise((resolve) => setTimeout(resolve, 600));
  const started = performance.now();
  expect(await statusOf(rig, "/closed/fine")).toBe(503);
  expect(await statusOf(rig, "/fine")).toBe(200);
  const heldMs = performance.now() - started;
  expect(await hung).toBe(200);
  const during = await load.stop();
  expect(during.failures).toEqual([]);
  // The circuit was open: nothing waited for the thread, which hung for longer than this whole exchange took.
  expect(heldMs).toBeLessThan(800);
  const { stats } = await rig.report();
  expect(stats.reasons["verdict-late"]).toBeGreaterThan(0);
  expect(stats.reasons["verdict-circuit"]).toBeGreaterThan(0);
  // It is back: the engine's own word counts again.
  expect(await statusOf(rig, "/block")).toBe(403);
  expect(await statusOf(rig, "/closed/fine")).toBe(200);
});

test("what stands is done while the judging thread hangs", async () => {
  const rig = await openFaults(2, { verdictMs: 40, circuitMs: 200 });
  await rig.tell(`publish {"blocked":["127.0.0.1"]}`);
  expect(await statusOf(rig, "/fine")).toBe(200);
  const hung = statusOf(rig, "/hang?1000");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await statusOf(rig, "/fine")).toBe(403);
  // Standing blocks are done for the request that hung, too: it came too late for any verdict.
  expect(await hung).toBe(403);
  await rig.report();
  expect(await statusOf(rig, "/fine")).toBe(200);
});

test.each(["throw", "spin"])(
  "a worker that falls into %s is replaced, and its lost connections are counted",
  async (fault) => {
    const rig = await openFaults(2, { verdictMs: 10_000, stuckMs: 600, restartMs: 50 });
    expect(await statusOf(rig, "/fine")).toBe(200);
    const kept = Array.from({ length: 8 }, () => new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (const client of kept) expect(await client.until((text) => text.endsWith("ok"))).toContain("200 OK");
    await new Promise((resolve) => setTimeout(resolve, 300));
    await rig.tell(`publish {"fault":"${fault}"}`);
    let report = await rig.report();
    for (
      let i = 0;
      i < 100 && (report.stats.totals.workerRestarts !== 2 || !report.workers.every(({ ready }) => ready));
      i++
    ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      report = await rig.report();
    }
    expect(report.stats.totals.workerRestarts).toBe(2);
    expect(report.workers).toHaveLength(2);
    expect(report.stats.reasons["worker-stuck"]).toBe(fault === "spin" ? 2 : undefined);
    expect(await statusOf(rig, "/fine")).toBe(200);
    expect(await statusOf(rig, "/block")).toBe(403);
    expect(report.stats.totals.workerConnectionsLost).toBe(kept.length);
    // What was counted before it died is still in the sums.
    expect(report.stats.totals.requests).toBeGreaterThanOrEqual(9);
  },
);
