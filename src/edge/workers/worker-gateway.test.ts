import { afterEach, expect, test } from "vitest";
import type { FaultRig } from "../testdata/fault-rig.ts";
import { openFaultRig } from "../testdata/fault-rig.ts";
import { exchangeRaw, openOrigin, RawClient } from "../testdata/gateway-rig.ts";
import { startLoad } from "../testdata/steady-load.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

async function openSpread(
  mode: "observe" | "enforce",
  limits: Readonly<Record<string, number>> = {},
): Promise<FaultRig> {
  const origin = await openOrigin((request, response) => {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => {
      response.setHeader("set-cookie", ["a=1; Path=/; HttpOnly", "b=2; Max-Age=60"]);
      response.end(`got ${bytes}`);
    });
  });
  // A busy machine makes verdicts late, and a late one is the fail mode's business, which other tests look at.
  const patient = { verdictMs: 10_000, ...limits };
  const rig = await openFaultRig({ upstreamPort: origin.port, workers: 2, mode, limits: patient });
  closers.push(
    () => origin.close(),
    () => rig.close(),
  );
  return rig;
}

test("connections land on every worker, and one guard sees all of their exchanges with their answers", async () => {
  const rig = await openSpread("enforce");
  const clients = Array.from({ length: 24 }, () =>
    new RawClient(rig.port).send("GET /page HTTP/1.1\r\nHost: a\r\n\r\n"),
  );
  for (const client of clients) expect(await client.until((text) => text.endsWith("got 0"))).toContain("200 OK");
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { workers, observed, stats } = await rig.report();
  expect(workers).toHaveLength(2);
  for (const { openConnections } of workers) expect(openConnections).toBeGreaterThan(0);
  expect(observed).toEqual({ "/page 200": 24 });
  expect(stats.totals).toMatchObject({ requests: 24, connections: 24, openConnections: 24, openWorkers: 2 });
  expect(stats.actions).toEqual({ allow: 24 });
  for (const client of clients) client.close();
});

test("a request is refused by the judging thread's word, and a held body arrives whole", async () => {
  const rig = await openSpread("enforce");
  const body = "x".repeat(300_000);
  const upload = await exchangeRaw(
    rig.port,
    `POST /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  expect(upload).toContain("got 300000");
  const refused = await exchangeRaw(rig.port, "GET /block HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  expect(refused).toMatch(/^HTTP\/1\.1 403 /);
});

test("in observe mode nobody waits for the judging thread", async () => {
  const rig = await openSpread("observe");
  const hung = exchangeRaw(rig.port, "GET /hang?900 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const load = startLoad(rig.port, { clients: 4, pauseMs: 5 });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { failures, answered } = await load.stop();
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(20);
  expect(await hung).toContain("200 OK");
  let report = await rig.report();
  for (let i = 0; i < 50 && (report.observed["/load 200"] ?? 0) < answered; i++) report = await rig.report();
  expect(report.stats.failures).toEqual({});
  // Nothing of what happened meanwhile is lost on the engine.
  expect(report.observed["/load 200"]).toBe(answered);
});

test("a reload reaches every worker, and a drain ends them all without a failure", async () => {
  const rig = await openSpread("enforce");
  const load = startLoad(rig.port, { clients: 8, renewAfter: 5 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await rig.tell("reload 7");
  const started = performance.now();
  let report = await rig.report();
  while (!report.workers.every(({ revision }) => revision === 7) && performance.now() - started < 2_000)
    report = await rig.report();
  expect(report.workers.map(({ revision }) => revision)).toEqual([7, 7]);
  const { failures } = await load.stop();
  expect(failures).toEqual([]);
  const kept = new RawClient(rig.port).send("GET /hang?300 HTTP/1.1\r\nHost: a\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await rig.tell("drain")).toEqual({ cut: 0 });
  expect(await kept.untilEnd()).toContain("200 OK");
});

test.each([0, 2])(
  "configuration never goes back within a connection, and is everywhere within two seconds (workers: %d)",
  async (workers) => {
    const origin = await openOrigin((_, response) => response.end("ok"));
    const rig = await openFaultRig({ upstreamPort: origin.port, workers, mode: "observe" });
    closers.push(
      () => origin.close(),
      () => rig.close(),
    );
    let running = true;
    const back: string[] = [];
    const watcher = async (): Promise<number> => {
      const client = new RawClient(rig.port);
      let last = 0;
      for (let answers = 1; running; answers++) {
        client.send("GET /revision HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.until((text) => (text.match(/\r\n\r\n\d+/g)?.length ?? 0) >= answers);
        const now = Number(/\r\n\r\n(\d+)$/.exec(client.text)?.[1]);
        if (!(now >= last)) back.push(`${now} after ${last}`);
        last = now;
      }
      client.close();
      return last;
    };
    const watchers = Array.from({ length: 6 }, () => watcher());
    for (let revision = 1; revision <= 20; revision++) {
      await rig.tell(`reload ${revision}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const told = performance.now();
    await expect.poll(async () => (await rig.report()).workers.every(({ revision }) => revision === 20)).toBe(true);
    expect(performance.now() - told).toBeLessThan(2_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    running = false;
    expect(await Promise.all(watchers)).toEqual(watchers.map(() => 20));
    expect(back).toEqual([]);
  },
);
