import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from "node:http2";
import { connect as connectTls } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { openOrigin, openRawOrigin, openRig, type Rig, type RigOptions, verdictOf } from "../testdata/gateway-rig.ts";
import { writePair } from "../tls/testdata/tls-origin.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly raw: readonly string[];
  readonly body: string;
}

/** A gateway in front of an origin that echoes and remembers. */
async function start(options: RigOptions = {}): Promise<{ rig: Rig; seen: Seen[] }> {
  const seen: Seen[] = [];
  const origin = await openOrigin((request, response) => {
    void readAll(request).then((body) => {
      seen.push({ method: request.method ?? "", url: request.url ?? "", raw: request.rawHeaders, body });
      response.setHeader("X-Origin", "yes");
      response.setHeader("Set-Cookie", ["a=1", "b=2"]);
      response.end(`got ${body.length}`);
    });
  });
  const rig = await openRig(origin.port, { ...options });
  cleanups.push(
    () => origin.close(),
    () => rig.close(),
  );
  return { rig, seen };
}

async function readAll(stream: AsyncIterable<Buffer> | IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}

function dial(rig: Rig, secure = false): ClientHttp2Session {
  const session = connect(`${secure ? "https" : "http"}://127.0.0.1:${rig.port}`, { rejectUnauthorized: false });
  session.on("error", () => {});
  cleanups.push(() => session.destroy());
  return session;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: IncomingHttpHeaders | undefined;
}

async function ask(
  session: ClientHttp2Session,
  headers: Record<string, string | string[]>,
  body?: string,
): Promise<Answer> {
  const stream = session.request({ ":path": "/", ...headers }, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  return await answerOf(stream);
}

async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  let trailers: IncomingHttpHeaders | undefined;
  stream.on("trailers", (found) => {
    trailers = found;
  });
  const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
    stream.once("response", resolve);
    stream.once("error", reject);
    stream.once("close", () => reject(new Error(`closed with ${stream.rstCode} before an answer`)));
  });
  const body = await readAll(stream);
  return { status: Number(headers[":status"]), headers, body, trailers };
}

test.each([false, true])("a request over HTTP/2 goes the way of HTTP/1.1 requests (TLS: %s)", async (secure) => {
  const { rig, seen } = await start(secure ? { tls: { certificates: [writePair(["shop.example"])] } } : {});
  const session = dial(rig, secure);
  const answer = await ask(session, { ":path": "/a?b=1", cookie: ["x=1", "y=2"], "user-agent": "test" });
  expect(answer).toMatchObject({ status: 200, body: "got 0" });
  expect(answer.headers).toMatchObject({ "x-origin": "yes", "set-cookie": ["a=1", "b=2"] });
  expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f]{16}$/);
  expect(answer.headers).not.toHaveProperty("connection");
  expect(seen[0]?.raw.join("\n")).toContain("Cookie\nx=1; y=2");
  expect(seen[0]?.raw.join("\n")).toContain(`X-Forwarded-Proto\n${secure ? "https" : "http"}`);
  const [exchange] = rig.guard.inspected;
  expect(exchange?.request).toMatchObject({ protocol: "HTTP/2.0", path: "/a", query: "b=1", userAgent: "test" });
  expect(exchange?.request.cookies.map(({ name }) => name)).toEqual(["x", "y"]);
  expect(exchange?.client.fingerprint.h2).toMatch(/^[0-9:;]*\|\d+\|0\|p,m,a,s$/);
  if (secure) expect(exchange?.client.fingerprint.ja4).toMatch(/^t13/);
  expect(rig.guard.observed[0]?.response).toMatchObject({ status: 200 });
});

test("bodies of every announcement arrive whole", async () => {
  const { rig, seen } = await start();
  const session = dial(rig);
  expect((await ask(session, { ":method": "POST", "content-length": "5" }, "hello")).body).toBe("got 5");
  expect((await ask(session, { ":method": "POST" }, "hello")).body).toBe("got 5");
  const large = "x".repeat(3_000_000);
  expect((await ask(session, { ":method": "PUT", "content-length": String(large.length) }, large)).body).toBe(
    "got 3000000",
  );
  expect((await ask(session, { ":method": "PUT" }, large)).body).toBe("got 3000000");
  expect(seen.map(({ body }) => body.length)).toEqual([5, 5, 3_000_000, 3_000_000]);
  // Past the next look at the connection's accounts: an upload is no flood.
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  expect((await ask(session, {})).status).toBe(200);
  expect(rig.gateway.stats().reasons).toEqual({});
});

test("a large answer reaches a slow reader in bounded memory", async () => {
  const size = 30_000_000;
  const whole = Buffer.alloc(size, 120);
  const origin = await openOrigin((_request, response) => response.end(whole));
  const rig = await openRig(origin.port);
  cleanups.push(
    () => origin.close(),
    () => rig.close(),
  );
  const before = process.memoryUsage().arrayBuffers;
  const stream = dial(rig).request({ ":path": "/" });
  stream.pause();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  expect(bytes).toBe(size);
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  expect(rig.gateway.stats().reasons).toEqual({});
});

test("HEAD, 204 and 304 carry no body, an interim answer comes before the final one", async () => {
  const origin = await openOrigin((request, response) => {
    if (request.url === "/early") response.writeEarlyHints({ link: "</a.css>; rel=preload" });
    if (request.url === "/204") response.statusCode = 204;
    if (request.url === "/304") response.statusCode = 304;
    response.setHeader("Content-Length", request.url === "/204" ? "0" : "4");
    if (request.url === "/204") response.removeHeader("Content-Length");
    response.end(request.url === "/204" || request.url === "/304" || request.method === "HEAD" ? undefined : "body");
  });
  const rig = await openRig(origin.port);
  cleanups.push(
    () => origin.close(),
    () => rig.close(),
  );
  const session = dial(rig);
  expect(await ask(session, { ":method": "HEAD", ":path": "/" })).toMatchObject({ status: 200, body: "" });
  expect(await ask(session, { ":path": "/204" })).toMatchObject({ status: 204, body: "" });
  expect(await ask(session, { ":path": "/304" })).toMatchObject({ status: 304, body: "" });
  const stream = session.request({ ":path": "/early" });
  const interim = new Promise<number>((resolve) =>
    stream.once("headers", (headers) => resolve(Number(headers[":status"]))),
  );
  expect(await answerOf(stream)).toMatchObject({ status: 200, body: "body" });
  expect(await interim).toBe(103);
});

test("trailers of the origin reach the client where they were announced", async () => {
  const origin = await openOrigin((_request, response) => {
    response.setHeader("Trailer", "x-sum");
    response.write("body");
    response.addTrailers({ "x-sum": "42" });
    response.end();
  });
  const rig = await openRig(origin.port);
  cleanups.push(
    () => origin.close(),
    () => rig.close(),
  );
  expect(await ask(dial(rig), {})).toMatchObject({ body: "body", trailers: { "x-sum": "42" } });
});

test("a client that cancels takes its upstream request with it", async () => {
  let aborted = 0;
  const origin = await openOrigin((_request, response) => {
    response.on("close", () => aborted++);
    response.write("first");
  });
  const rig = await openRig(origin.port);
  cleanups.push(
    () => origin.close(),
    () => rig.close(),
  );
  const stream = dial(rig).request({ ":path": "/" });
  stream.on("error", () => {});
  await new Promise((resolve) => stream.once("data", resolve));
  stream.close(8);
  await expect.poll(() => aborted).toBe(1);
  expect(rig.gateway.stats().totals.clientAborts).toBe(1);
});

test.each(["Content-Length: 100\r\n\r\nshort", "Transfer-Encoding: chunked\r\n\r\n5\r\nshort"])(
  "an answer that breaks off ends its stream with an error, not as if it were whole (%j)",
  async (part) => {
    const origin = await openRawOrigin((socket) => {
      socket.once("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\n${part}`);
        setTimeout(() => socket.destroy(), 50);
      });
    });
    const rig = await openRig(origin.port);
    cleanups.push(
      () => origin.close(),
      () => rig.close(),
    );
    await expect(ask(dial(rig), {})).rejects.toThrow(/INTERNAL_ERROR/);
  },
);

test("enforced verdicts answer a stream and leave its connection alone", async () => {
  const { rig, seen } = await start({ mode: "enforce" });
  rig.guard.decide = (exchange) => verdictOf(exchange, { action: exchange.request.path === "/no" ? "block" : "allow" });
  const session = dial(rig);
  expect((await ask(session, { ":path": "/no" })).status).toBe(403);
  expect((await ask(session, { ":path": "/no", ":method": "POST" }, "x".repeat(100_000))).status).toBe(403);
  expect((await ask(session, { ":path": "/yes" })).status).toBe(200);
  expect(seen.map(({ url }) => url)).toEqual(["/yes"]);
});

test("a WebSocket over HTTP/2 becomes an upgrade behind us and a tunnel in both directions", async () => {
  const origin = await openRawOrigin((socket) => {
    socket.once("data", (head) => {
      const key = /sec-websocket-key: (.+)\r/i.exec(head.toString())?.[1] ?? "";
      const accept = createAccept(key);
      expect(head.toString()).toMatch(/^GET \/chat HTTP\/1\.1\r\n/);
      expect(head.toString()).toMatch(/Upgrade: websocket/);
      socket.write(
        `HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nhello`,
      );
      socket.on("data", (chunk) => socket.write(chunk));
    });
  });
  const rig = await openRig(origin.port);
  cleanups.push(
    () => origin.close(),
    () => rig.close(),
  );
  const session = dial(rig);
  await new Promise((resolve) => session.once("remoteSettings", resolve));
  const stream = session.request({
    ":method": "CONNECT",
    ":protocol": "websocket",
    ":path": "/chat",
    "sec-websocket-version": "13",
  });
  let text = "";
  stream.on("data", (chunk) => {
    text += chunk;
  });
  const headers = await new Promise<IncomingHttpHeaders>((resolve) => stream.once("response", resolve));
  expect(headers[":status"]).toBe(200);
  expect(headers).not.toHaveProperty("sec-websocket-accept");
  stream.write("ping");
  await expect.poll(() => text).toBe("helloping");
  stream.close();
  await expect.poll(() => rig.gateway.stats().totals.openTunnels).toBe(0);
});

function createAccept(key: string): string {
  return hash("sha1", `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`, "base64");
}

test("one connection serves HTTP/1.1 or HTTP/2 by what it opens with, also when the preface dribbles in", async () => {
  const { rig } = await start();
  expect((await ask(dial(rig), {})).status).toBe(200);
  const { RawClient } = await import("../testdata/gateway-rig.ts");
  const plain = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  expect(await plain.untilEnd()).toContain("200 OK");
  const slow = new RawClient(rig.port);
  for (const byte of "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
    slow.send(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  slow.send(Buffer.from("000000040000000000", "hex"));
  await slow.until((text) => text.length >= 9);
  expect(slow.received[3]).toBe(4);
  slow.close();
});

test("a drain lets requests finish and ends their connections", async () => {
  const origin = await openOrigin((_request, response) => setTimeout(() => response.end("late"), 400));
  const rig = await openRig(origin.port, { limits: { drainMs: 5_000 } });
  cleanups.push(() => origin.close());
  const session = dial(rig);
  const answer = ask(session, {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  const drained = rig.gateway.drain();
  expect((await answer).body).toBe("late");
  expect(await drained).toEqual({ cut: 0 });
  expect(session.closed || session.destroyed).toBe(true);
});

test("HTTP/1.1 over TLS carries the client's TLS fingerprint, and resumption keeps its stable form", async () => {
  const { rig } = await start({ tls: { certificates: [writePair(["shop.example"])] } });
  let session: Buffer | undefined;
  for (let i = 0; i < 2; i++) {
    const socket = connectTls({
      port: rig.port,
      host: "127.0.0.1",
      servername: "shop.example",
      rejectUnauthorized: false,
      ...(session === undefined ? {} : { session }),
    });
    socket.on("session", (ticket) => {
      session = ticket;
    });
    socket.write("GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n");
    expect(await readAll(socket)).toContain("200 OK");
  }
  const prints = rig.guard.inspected.map(({ client }) => client.fingerprint);
  expect(prints[0]?.ja4).not.toBe(prints[1]?.ja4);
  expect(prints[0]?.tls).toBe(prints[1]?.tls);
  expect(rig.gateway.stats().totals).toMatchObject({ tlsHandshakes: 2, tlsResumed: 1 });
});
