import { afterEach, expect, test } from "vitest";
import { exchangeRaw, openOrigin, openRig, type Rig, type RigOptions } from "../testdata/gateway-rig.ts";
import { block, flags, frame, frames, get, post, RawHttp2, settings, u32 } from "../testdata/raw-http2.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

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

/** Sends one batch of frames after another, as fast as the socket takes them, until closed or out of time. */
async function flood(client: RawHttp2, forMs: number, batch: (round: number) => Buffer): Promise<number> {
  const from = performance.now();
  for (let round = 0; !client.closed && performance.now() - from < forMs; round++) {
    const { socket } = client;
    const room = socket.write(batch(round));
    await new Promise<void>((resolve) => {
      if (room) setImmediate(resolve);
      else {
        const timer = setTimeout(resolve, 50);
        socket.once("drain", () => {
          clearTimeout(timer);
          resolve();
        });
      }
    });
  }
  return performance.now() - from;
}

/** What a person on HTTP/1.1 from the same address sees meanwhile: the slowest of its requests. */
function probe(rig: Rig): { stop(): Promise<{ slowestMs: number; failed: number }> } {
  let stopped = false;
  let slowestMs = 0;
  let failed = 0;
  const done = (async () => {
    while (!stopped) {
      const from = performance.now();
      const text = await exchangeRaw(rig.port, "GET /probe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      slowestMs = Math.max(slowestMs, performance.now() - from);
      if (!text.includes("200 OK")) failed++;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await done;
      return { slowestMs, failed };
    },
  };
}

const whole = flags.endHeaders | flags.endStream;
const getBlock = block(...get);
const postBlock = block(...post);

function resets(round: number, perBatch = 50): Buffer {
  return Buffer.concat(
    Array.from({ length: perBatch }, (_, i) => {
      const stream = 1 + 2 * (round * perBatch + i);
      return Buffer.concat([frame(frames.headers, whole, stream, getBlock), frame(frames.rst, 0, stream, u32(8))]);
    }),
  );
}

/** The server itself resets the stream, for a window update of 0: the client never sends RST_STREAM. */
function madeResets(round: number, perBatch = 50): Buffer {
  return Buffer.concat(
    Array.from({ length: perBatch }, (_, i) => {
      const stream = 1 + 2 * (round * perBatch + i);
      return Buffer.concat([frame(frames.headers, whole, stream, getBlock), frame(frames.window, 0, stream, u32(0))]);
    }),
  );
}

/** Requests whose cancellation comes a moment later, when the upstream works on them already. */
function lateResets(round: number): Buffer {
  const opened = Array.from({ length: 50 }, (_, i) => frame(frames.headers, whole, 1 + 2 * (round * 50 + i), getBlock));
  const gone =
    round === 0
      ? []
      : Array.from({ length: 50 }, (_, i) => frame(frames.rst, 0, 1 + 2 * ((round - 1) * 50 + i), u32(8)));
  return Buffer.concat([...gone, ...opened]);
}

const repeated = (bytes: Buffer, count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes));

const floods: readonly (readonly [string, (client: RawHttp2) => Promise<number>])[] = [
  ["rapid reset", (client) => flood(client, 3_000, (round) => resets(round))],
  ["rapid reset with a moment between", (client) => flood(client, 3_000, lateResets)],
  ["MadeYouReset", (client) => flood(client, 3_000, (round) => madeResets(round))],
  [
    "CONTINUATION",
    (client) => {
      client.send(frame(frames.headers, 0, 1, getBlock));
      return flood(client, 3_000, () => repeated(frame(frames.continuation, 0, 1, block(["x", "y"])), 200));
    },
  ],
  ["SETTINGS", (client) => flood(client, 3_000, () => repeated(settings([3, 100]), 500))],
  ["PING", (client) => flood(client, 3_000, () => repeated(frame(frames.ping, 0, 0, "12345678"), 500))],
  [
    "PRIORITY",
    (client) => flood(client, 3_000, () => repeated(frame(frames.priority, 0, 1, Buffer.from([0, 0, 0, 0, 1])), 500)),
  ],
  [
    "empty DATA",
    (client) => {
      client.send(frame(frames.headers, flags.endHeaders, 1, postBlock));
      return flood(client, 3_000, () => repeated(frame(frames.data, 0, 1), 1_000));
    },
  ],
  [
    "WINDOW_UPDATE",
    (client) => {
      client.send(frame(frames.headers, flags.endHeaders, 1, postBlock));
      return flood(client, 3_000, () => repeated(frame(frames.window, 0, 1, u32(1)), 500));
    },
  ],
  // One field of 4 KiB goes into the table; each request then names it hundreds of times with one byte each.
  [
    "HPACK bomb",
    (client) => {
      const fill = Buffer.concat([
        getBlock,
        Buffer.from([0x40]),
        Buffer.from([1]),
        Buffer.from("x"),
        Buffer.from([127, 0x80 | ((3_800 - 127) & 127), (3_800 - 127) >> 7]),
        Buffer.alloc(3_800, 97),
      ]);
      client.send(frame(frames.headers, whole, 1, fill));
      const bomb = Buffer.concat([getBlock, Buffer.alloc(8_000, 0x80 | 62)]);
      return flood(client, 3_000, (round) => frame(frames.headers, whole, 3 + 2 * round, bomb));
    },
  ],
];

test.each(floods)("%s: the connection ends, little goes upstream, others are served", async (name, run) => {
  const { rig, upstream } = await start();
  const person = probe(rig);
  const client = await new RawHttp2(rig.port).open();
  const before = process.memoryUsage().rss;
  const tookMs = await run(client);
  expect(client.closed || client.first(frames.goaway) !== undefined, `${name} went on for ${tookMs} ms`).toBe(true);
  client.close();
  const { slowestMs, failed } = await person.stop();
  expect(failed).toBe(0);
  // The attacker, the gateway, the origin and the person share one thread here; apart they share only the gateway.
  expect(slowestMs).toBeLessThan(1_000);
  expect(upstream.requests).toBeLessThan(1_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  await expect.poll(() => rig.gateway.stats().totals.openConnections, { timeout: 3_000 }).toBe(0);
  await expect.poll(() => upstream.open).toBe(0);
});

test("rapid reset over twenty connections is seen as one address, which is then offered no HTTP/2", async () => {
  const { rig, upstream } = await start({ http2Limits: { resetsPerConnectionMax: 200, resetsPerAddressMax: 1_000 } });
  const person = probe(rig);
  const clients = await Promise.all(Array.from({ length: 20 }, () => new RawHttp2(rig.port).open()));
  const from = performance.now();
  await Promise.all(clients.map((client) => flood(client, 3_000, (round) => resets(round, 20))));
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
