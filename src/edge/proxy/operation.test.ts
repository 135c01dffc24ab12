import { afterEach, expect, test } from "vitest";
import { openGateway } from "../index.ts";
import {
  exchangeRaw,
  openOrigin,
  openRig,
  RawClient,
  RecordingGuard,
  type Rig,
  verdictOf,
} from "../testdata/gateway-rig.ts";
import { startLoad } from "../testdata/steady-load.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const wait = (spanMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, spanMs));

/** `/slow` takes its time, `/sse` sends an event every 50 ms and ends by itself after `events`. */
async function openApp(): Promise<number> {
  const origin = await openOrigin((request, response) => {
    if (request.url === "/slow") return void setTimeout(() => response.end("slow"), 800);
    if (request.url !== "/sse") return void response.end("ok");
    response.setHeader("content-type", "text/event-stream");
    let events = 0;
    const timer = setInterval(() => {
      response.write(`data: ${events}\n\n`);
      if (++events === 30) {
        clearInterval(timer);
        response.end();
      }
    }, 50);
  });
  closers.push(() => origin.close());
  return origin.port;
}

async function openAppRig(options: Parameters<typeof openRig>[1] = {}): Promise<Rig> {
  const rig = await openRig(await openApp(), { ...options, limits: { drainMs: 2_500, ...options.limits } });
  closers.push(() => rig.close());
  return rig;
}

const openStreams = (port: number): RawClient[] =>
  ["/sse", "/sse", "/sse", "/slow", "/slow"].map((path) =>
    new RawClient(port).send(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
  );

async function expectWhole(streams: readonly RawClient[]): Promise<void> {
  for (const stream of streams) {
    const text = await stream.untilEnd(6_000);
    expect(text).toContain("200 OK");
    expect(text.includes("slow") || text.includes("data: 29")).toBe(true);
  }
}

test("twenty reloads under load lose no request, cut no stream, and each takes effect at once", async () => {
  const rig = await openAppRig();
  const load = startLoad(rig.port, { clients: 8 });
  const streams = openStreams(rig.port);
  await wait(100);
  for (let revision = 1; revision <= 20; revision++) {
    rig.gateway.reload({
      ...rig.options,
      revision,
      trustedProxies: revision % 2 === 0 ? [] : ["10.0.0.0/8"],
      limits: { headersMax: 100 + revision },
    });
    await wait(40);
  }
  const { failures, answered } = await load.stop();
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(50);
  await expectWhole(streams);
});

test("a reload that replaces the upstream moves new requests and lets old ones finish", async () => {
  const rig = await openAppRig();
  const second = await openOrigin((_, response) => response.end("second"));
  closers.push(() => second.close());
  const load = startLoad(rig.port, { clients: 4 });
  const streams = openStreams(rig.port);
  await wait(100);
  const [application] = rig.options.applications;
  if (application === undefined) throw new Error("no application");
  const upstream = { name: "second", urls: [`http://127.0.0.1:${second.port}`] };
  rig.gateway.reload({ ...rig.options, applications: [{ ...application, upstream }] });
  expect(await exchangeRaw(rig.port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toContain("second");
  expect((await load.stop()).failures).toEqual([]);
  await expectWhole(streams);
});

test("a drain finishes what is under way, answers a request on an idle kept connection, and ends", async () => {
  const rig = await openAppRig();
  const idle = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await idle.until((text) => text.endsWith("ok"));
  const streams = openStreams(rig.port);
  await wait(100);
  const drained = rig.gateway.drain();
  await wait(100);
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const text = await idle.untilEnd();
  expect(text.match(/200 OK/g)).toHaveLength(2);
  expect(text).toContain("Connection: close");
  await expectWhole(streams);
  expect(await drained).toEqual({ cut: 0 });
});

test("a drain that does not wait is seen to cut streams (planted fault)", async () => {
  const rig = await openAppRig({ limits: { drainMs: 0 } });
  const streams = openStreams(rig.port);
  await wait(100);
  const { cut } = await rig.gateway.drain();
  expect(cut).toBe(streams.length);
  for (const stream of streams) expect(await stream.untilEnd()).not.toMatch(/slow|data: 29/);
});

test("a stuck stream is cut at the hard stop", async () => {
  const origin = await openOrigin((_, response) => response.write("for ever"));
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, { limits: { drainMs: 400 } });
  const stuck = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await stuck.until((text) => text.includes("for ever"));
  const started = performance.now();
  expect(await rig.gateway.drain()).toEqual({ cut: 1 });
  expect(performance.now() - started).toBeLessThan(1_400);
});

test("ten gateways in a row take over the port under load without a failure", async () => {
  const upstreamPort = await openApp();
  const guard = new RecordingGuard();
  const options = (port: number): Parameters<typeof openGateway>[0] => ({
    listen: [{ host: "127.0.0.1", port, reusePort: true }],
    applications: [{ name: "app", upstream: { name: "origin", urls: [`http://127.0.0.1:${upstreamPort}`] } }],
    mode: "observe",
    hashKey: { k0: 1, k1: 2 },
    limits: { drainMs: 5_000 },
  });
  let current = await openGateway(options(0), guard);
  const port = current.addresses[0]?.port ?? 0;
  const load = startLoad(port, { clients: 16, renewAfter: 3 });
  const drains: Promise<{ readonly cut: number }>[] = [];
  // A socket closed with connections in its accept queue resets them: ten turns made that ten failures and more.
  for (let turn = 0; turn < 10; turn++) {
    await wait(60);
    const next = await openGateway(options(port), guard);
    drains.push(current.drain());
    current = next;
  }
  await wait(200);
  const { failures, answered } = await load.stop();
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(100);
  for (const drained of drains) expect(await drained).toEqual({ cut: 0 });
  await current.drain();
});

test("the engine that throws on every call costs no request on an open route", async () => {
  const rig = await openAppRig();
  const load = startLoad(rig.port, { clients: 4 });
  await wait(100);
  rig.guard.decide = () => {
    throw new Error("planted");
  };
  await wait(200);
  rig.guard.decide = (exchange) => verdictOf(exchange);
  expect((await load.stop()).failures).toEqual([]);
  expect(rig.gateway.stats().failures.open).toBeGreaterThan(10);
});

test.each([
  ["no verdict", undefined],
  ["a verdict of the wrong type", 7],
  ["an unknown action", { action: "explode" }],
  ["NaN for a score", { action: "tag", kind: "unknown", score: { total: Number.NaN } }],
])("an engine that returns %s is taken for failed or carried out, never a 500", async (_, verdict) => {
  const rig = await openAppRig({ mode: "enforce" });
  rig.guard.decide = () => verdict as never;
  expect(await exchangeRaw(rig.port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toContain("200 OK");
});
