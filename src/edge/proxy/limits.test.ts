import { afterEach, expect, test } from "vitest";
import { readAnswers } from "../testdata/answer-reader.ts";
import {
  exchangeRaw,
  openOrigin,
  openRawOrigin,
  openRig,
  RawClient,
  type Rig,
  type RigOptions,
  verdictOf,
} from "../testdata/gateway-rig.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function rigWith(
  limits: RigOptions["limits"],
  options: RigOptions = {},
  listener?: Parameters<typeof openOrigin>[0],
): Promise<Rig> {
  const origin = await openOrigin(
    listener ?? ((request, response) => request.resume().on("end", () => response.end("ok"))),
  );
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, { ...options, limits: limits ?? {} });
  closers.push(() => rig.close());
  return rig;
}

async function statusOf(rig: Rig, bytes: string): Promise<number> {
  const [answer] = readAnswers(await exchangeRaw(rig.port, bytes), true);
  return answer?.status ?? 0;
}

const get = (lines: string, target = "/"): string =>
  `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines}\r\n`;
const wait = (spanMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, spanMs));

test("head bytes: the cap is served, one byte more is 431", async () => {
  const rig = await rigWith({ headBytesMax: 4_096 });
  const bare = get("X: \r\n").length;
  expect(await statusOf(rig, get(`X: ${"y".repeat(4_096 - bare)}\r\n`))).toBe(200);
  expect(await statusOf(rig, get(`X: ${"y".repeat(4_097 - bare)}\r\n`))).toBe(431);
  expect(await statusOf(rig, `GET / HTTP/1.1\r\nX: ${"y".repeat(8_000)}`)).toBe(431);
  expect(rig.gateway.stats().reasons).toEqual({ "head-size": 2 });
});

test("header count: the cap is served whole, one more is 431, and nothing is cut silently", async () => {
  let seen = 0;
  const rig = await rigWith({ headersMax: 100, headBytesMax: 65_536 }, {}, (request, response) => {
    seen = request.rawHeaders.filter((name) => name === "X-Filler").length;
    response.end();
  });
  expect(await statusOf(rig, get("X-Filler: y\r\n".repeat(98)))).toBe(200);
  expect(seen).toBe(98);
  expect(rig.guard.inspected[0]?.request.headers.names.length).toBe(100);
  for (const count of [99, 1_001, 3_000]) expect(await statusOf(rig, get("X-Filler: y\r\n".repeat(count)))).toBe(431);
});

test("target bytes: the cap is served, one byte more is 414", async () => {
  const rig = await rigWith({ targetBytesMax: 1_000 });
  expect(await statusOf(rig, get("", `/${"a".repeat(999)}`))).toBe(200);
  expect(await statusOf(rig, get("", `/${"a".repeat(1_000)}`))).toBe(414);
});

test("body bytes: by route and in total, announced or chunked", async () => {
  const rig = await rigWith({ bodyBytesMax: 100 }, { routes: [{ paths: ["/upload"], bodyBytesMax: 200 }] });
  const post = (target: string, bytes: number): string =>
    `POST ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n${"x".repeat(bytes)}`;
  const chunked = (target: string, bytes: number): string =>
    `POST ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n0\r\n\r\n`;
  for (const send of [post, chunked]) {
    expect(await statusOf(rig, send("/", 100))).toBe(200);
    expect(await statusOf(rig, send("/", 101))).toBe(413);
    expect(await statusOf(rig, send("/upload", 200))).toBe(200);
    expect(await statusOf(rig, send("/upload/x", 201))).toBe(413);
  }
});

test("connections: in total, by address and by prefix; a closed one makes room", async () => {
  for (const name of ["connectionsMax", "connectionsPerAddressMax", "connectionsPerPrefixMax"] as const) {
    const rig = await rigWith({ [name]: 3 });
    const clients = [1, 2, 3].map(() => new RawClient(rig.port));
    await wait(30);
    expect(clients.some((client) => client.ended)).toBe(false);
    const extra = new RawClient(rig.port);
    await extra.untilEnd(1_000);
    expect(extra.ended).toBe(true);
    clients[0]?.close();
    await wait(30);
    expect(await statusOf(rig, get(""))).toBe(200);
    for (const client of clients) client.close();
  }
});

test("a trusted proxy is not held to the caps of one client", async () => {
  const rig = await rigWith(
    { connectionsPerAddressMax: 2, connectionsPerPrefixMax: 2 },
    { trustedProxies: ["127.0.0.1"] },
  );
  const clients = [1, 2, 3, 4].map(() => new RawClient(rig.port));
  await wait(50);
  expect(clients.some((client) => client.ended)).toBe(false);
  for (const client of clients) client.close();
});

test("slow headers get 408, silent and idle connections are closed, each at its own time", async () => {
  const rig = await rigWith({ headMs: 700, firstByteMs: 1_400, idleMs: 700 });
  const started = performance.now();
  const slow = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n");
  const drip = setInterval(() => slow.send("X: y\r\n"), 50);
  const silent = new RawClient(rig.port);
  const idle = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await slow.untilEnd();
  clearInterval(drip);
  expect(slow.text).toContain("408 Request Timeout");
  expect(performance.now() - started).toBeGreaterThan(650);
  expect(silent.ended).toBe(false);
  await idle.untilEnd();
  expect(idle.text).toContain("200 OK");
  await silent.untilEnd();
  expect(silent.text).toBe("");
  expect(performance.now() - started).toBeGreaterThan(1_350);
  slow.close();
});

test("a body below the least rate gets 408, one above it is served", async () => {
  const rig = await rigWith({ bodyRateMs: 500, bodyBytesPerSecondMin: 100 });
  const upload = (bytesPerTick: number): { client: RawClient; timer: NodeJS.Timeout } => {
    const client = new RawClient(rig.port).send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n");
    return { client, timer: setInterval(() => client.send("x".repeat(bytesPerTick)), 50) };
  };
  const slow = upload(1);
  const quick = upload(15);
  expect(await quick.client.until((text) => text.includes("ok"))).toContain("200 OK");
  clearInterval(quick.timer);
  expect(await slow.client.untilEnd()).toContain("408 Request Timeout");
  clearInterval(slow.timer);
  expect(rig.gateway.stats().reasons).toEqual({ "body-rate": 1 });
  for (const { client } of [slow, quick]) client.close();
});

test("upstream connections: a full upstream queues, a full queue and a long wait are 503", async () => {
  const origin = await openRawOrigin(() => undefined);
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, {
    limits: { upstreamConnectionsMax: 1, upstreamQueueMax: 1, upstreamQueueMs: 600 },
  });
  closers.push(() => rig.close());
  const clients = [1, 2, 3].map(() => new RawClient(rig.port).send(get("")));
  await wait(50);
  expect(clients.map((client) => client.text.slice(9, 12))).toEqual(["", "", "503"]);
  expect(await clients[1]?.untilEnd()).toContain("503");
  expect(rig.gateway.stats().reasons).toEqual({ "upstream-queue-full": 1, "upstream-queue-timeout": 1 });
  for (const client of clients) client.close();
});

test("a queued request is served when a connection becomes free", async () => {
  const rig = await rigWith({ upstreamConnectionsMax: 1 }, {}, (_, response) =>
    setTimeout(() => response.end("late"), 60),
  );
  const texts = await Promise.all([1, 2, 3].map(() => exchangeRaw(rig.port, get(""))));
  expect(texts.every((text) => text.includes("late"))).toBe(true);
});

test("requests of one connection: after the cap it is closed with its answer", async () => {
  const rig = await rigWith({ requestsPerConnectionMax: 2 });
  const text = await exchangeRaw(rig.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
  expect(text.match(/200 OK/g)).toHaveLength(2);
  expect(text.match(/Connection: close/g)).toHaveLength(1);
});

test("bytes read ahead are capped: a flood behind one slow answer waits in the kernel", async () => {
  const rig = await rigWith({ pipelinedBytesMax: 10_000 }, {}, (_, response) =>
    setTimeout(() => response.end("ok"), 20),
  );
  const client = new RawClient(rig.port);
  const count = 400;
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"y".repeat(200)}\r\n\r\n`.repeat(count));
  expect(
    (await client.until((text) => (text.match(/200 OK/g)?.length ?? 0) >= 30, 10_000)).match(/200 OK/g)?.length,
  ).toBeGreaterThanOrEqual(30);
  client.close();
});

test("throttled requests are held, and refused when too many are", async () => {
  const rig = await rigWith({ throttleMs: 500, throttledMax: 1 }, { mode: "enforce" });
  rig.guard.decide = (exchange) => verdictOf(exchange, { action: "throttle" });
  const started = performance.now();
  const statuses = await Promise.all([statusOf(rig, get("")), statusOf(rig, get(""))]);
  expect(statuses.sort()).toEqual([200, 429]);
  expect(performance.now() - started).toBeGreaterThan(450);
});
