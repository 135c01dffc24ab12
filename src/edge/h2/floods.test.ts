import { afterEach, expect, test } from "vitest";
import { exchangeRaw, openOrigin, openRig, type Rig, type RigOptions } from "../testdata/gateway-rig.ts";
import { floods, rapidReset } from "../testdata/h2-floods.ts";
import { flags, frame, frames, get, post, RawHttp2, settings, u32 } from "../testdata/raw-http2.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A flood ends with its connection; this ends the test where that does not come, on a machine that others use as well. */
const longestMs = 12_000;

interface Target {
  readonly rig: Rig;
  readonly upstream: { requests: number; open: number; openMax: number };
}

/** A gateway in front of an origin that takes 20 ms and counts. */
async function start(options: RigOptions = {}): Promise<Target> {
  const upstream = { requests: 0, open: 0, openMax: 0 };
  const origin = await openOrigin((request, response) => {
    upstream.requests++;
    upstream.openMax = Math.max(upstream.openMax, ++upstream.open);
    let timer: NodeJS.Timeout | undefined;
    request.resume().on("end", () => {
      timer = setTimeout(() => response.end("ok"), 20);
    });
    response.on("close", () => {
      upstream.open--;
      clearTimeout(timer);
    });
  });
  const rig = await openRig(origin.port, options);
  cleanups.push(
    () => origin.close(),
    () => rig.close(),
  );
  return { rig, upstream };
}

/** What a person on HTTP/1.1 from the same address sees meanwhile: how many of its requests fail. */
function probe(rig: Rig): { stop(): Promise<{ failed: number }> } {
  let stopped = false;
  let failed = 0;
  const done = (async () => {
    while (!stopped) {
      const text = await exchangeRaw(rig.port, "GET /probe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      if (!text.includes("200 OK")) failed++;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await done;
      return { failed };
    },
  };
}

test.each(floods)("%s: the connection ends, little goes upstream, others are served", async (name, run) => {
  const { rig, upstream } = await start();
  const person = probe(rig);
  const client = await new RawHttp2(rig.port).open();
  const before = process.memoryUsage().rss;
  const tookMs = await run(client, longestMs);
  expect(client.closed || client.first(frames.goaway) !== undefined, `${name} went on for ${tookMs} ms`).toBe(true);
  client.close();
  // How long people wait is for the nightly form, where the gateway has a process of its own.
  expect((await person.stop()).failed).toBe(0);
  expect(upstream.requests).toBeLessThan(1_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  await expect.poll(() => rig.gateway.stats().totals.openConnections, { timeout: 3_000 }).toBe(0);
  await expect.poll(() => upstream.open).toBe(0);
});

test("rapid reset on one connection ends that connection, whatever its address may still cancel", async () => {
  const { rig } = await start({ http2Limits: { resetsPerConnectionMax: 30, resetsPerAddressMax: 1_000_000 } });
  const client = await new RawHttp2(rig.port).open();
  for (let i = 0; i < 60; i++) {
    client.request(1 + 2 * i, get);
    client.send(frame(frames.rst, 0, 1 + 2 * i, u32(8)));
  }
  expect(await client.until(() => client.closed || client.first(frames.goaway) !== undefined)).toBe(true);
  expect(rig.gateway.stats().reasons["h2-resets"]).toBe(1);
  const other = await new RawHttp2(rig.port).open();
  other.request(1, get);
  expect(await other.until(() => other.status() === 200)).toBe(true);
});

test("rapid reset over twenty connections is seen as one address, which is then offered no HTTP/2", async () => {
  const { rig, upstream } = await start({ http2Limits: { resetsPerConnectionMax: 200, resetsPerAddressMax: 1_000 } });
  const person = probe(rig);
  const clients = await Promise.all(Array.from({ length: 20 }, () => new RawHttp2(rig.port).open()));
  const from = performance.now();
  await Promise.all(clients.map((client) => rapidReset(client, longestMs, 20)));
  const seconds = (performance.now() - from) / 1_000;
  expect(clients.filter(({ closed }) => !closed)).toEqual([]);
  expect(upstream.requests).toBeLessThan(1_000 + 1_000 * seconds);
  expect((await person.stop()).failed).toBe(0);
  const { reasons } = rig.gateway.stats();
  expect(reasons["h2-resets-of-address"]).toBeGreaterThan(0);
  const again = new RawHttp2(rig.port).send(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings());
  expect(await again.until(() => again.closed)).toBe(true);
  expect(rig.gateway.stats().reasons["h2-penalised"]).toBe(1);
});

test("window overflow on the connection leaks no session (CVE-2026-21714)", async () => {
  const { rig } = await start();
  for (let round = 0; round < 10; round++) {
    const clients = await Promise.all(Array.from({ length: 30 }, () => new RawHttp2(rig.port).open()));
    for (const client of clients)
      client.send(frame(frames.window, 0, 0, u32(0x7fffffff)), frame(frames.window, 0, 0, u32(0x7fffffff)));
    await Promise.all(
      clients.map((client) => client.until(() => client.first(frames.goaway) !== undefined || client.closed)),
    );
    for (const client of clients) client.close();
  }
  await expect.poll(() => rig.gateway.stats().totals.openConnections, { timeout: 3_000 }).toBe(0);
});

test("a reader that leaves a page with sixty requests under way is no flood", async () => {
  const { rig, upstream } = await start();
  const client = await new RawHttp2(rig.port).open();
  for (let i = 0; i < 60; i++) {
    client.request(1 + 2 * i, get);
    client.send(frame(frames.rst, 0, 1 + 2 * i, u32(8)));
  }
  client.request(1_001, get);
  expect(await client.until(() => client.status() === 200)).toBe(true);
  expect(upstream.requests).toBeGreaterThan(0);
  expect(client.first(frames.goaway)).toBeUndefined();
  client.close();
});

test("a client that opens a connection and says nothing, or half its opening, is let go", async () => {
  const { rig } = await start({ http2Limits: { prefaceTimeMs: 200 } });
  const client = new RawHttp2(rig.port).send(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n"));
  expect(await client.until(() => client.closed)).toBe(true);
  expect(rig.gateway.stats().reasons).toMatchObject({ "h2-opening-timeout": 1 });
});

test("a body that trickles below the least rate ends with 408, one at the rate goes on", async () => {
  const { rig } = await start({ limits: { bodyRateMs: 500, bodyBytesPerSecondMin: 200 } });
  const slow = await new RawHttp2(rig.port).open();
  slow.request(1, post, false);
  const fast = await new RawHttp2(rig.port).open();
  fast.request(1, post, false);
  const feed = setInterval(() => {
    slow.send(frame(frames.data, 0, 1, "x"));
    fast.send(frame(frames.data, 0, 1, "x".repeat(100)));
  }, 100);
  expect(await slow.until(() => slow.status() === 408 || slow.first(frames.rst) !== undefined, 3_000)).toBe(true);
  clearInterval(feed);
  expect(fast.first(frames.rst)).toBeUndefined();
  fast.send(frame(frames.data, flags.endStream, 1));
  expect(await fast.until(() => fast.status() === 200)).toBe(true);
  slow.close();
  fast.close();
});
