import {
  type ClientHttp2Stream,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { exchangeRaw, openRig, type Rig } from "../testdata/gateway-rig.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A gRPC message: one byte for compression, four for the length. */
function message(text: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

function messages(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1);
    found.push(bytes.toString("utf8", at + 5, at + 5 + length));
    at += 5 + length;
  }
  return found;
}

interface Upstream {
  readonly rig: Rig;
  readonly seen: IncomingHttpHeaders[];
  readonly cancelled: () => number;
}

async function start(handle: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void): Promise<Upstream> {
  const seen: IncomingHttpHeaders[] = [];
  let cancelled = 0;
  const origin = createServer();
  origin.on("stream", (stream, headers) => {
    seen.push(headers);
    stream.on("error", () => undefined);
    stream.on("aborted", () => cancelled++);
    handle(stream, headers);
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const { port } = origin.address() as AddressInfo;
  const rig = await openRig(port, { protocol: "http2", limits: { bodyRateMs: 300 } });
  cleanups.push(
    () => origin.close(),
    () => rig.close(),
  );
  return { rig, seen, cancelled: () => cancelled };
}

/** A server in gRPC's framing: echoes every message, and says how it went in its trailers. */
function echo(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  if (headers[":path"] === "/shop.Echo/Refuse") {
    stream.respond({ ":status": 200, "content-type": "application/grpc", "grpc-status": "7" }, { endStream: true });
    return;
  }
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "grpc-message": "fine" }));
  stream.on("data", (chunk: Buffer) => stream.write(chunk));
  stream.on("end", () => stream.end());
}

function call(rig: Rig, path: string): ClientHttp2Stream {
  const session = connect(`http://127.0.0.1:${rig.port}`);
  session.on("error", () => undefined);
  cleanups.push(() => session.destroy());
  return session.request(
    { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers", "grpc-timeout": "5S" },
    { endStream: false },
  );
}

async function outcome(
  stream: ClientHttp2Stream,
): Promise<{ messages: string[]; head: IncomingHttpHeaders; trailers: IncomingHttpHeaders }> {
  let trailers: IncomingHttpHeaders = {};
  let head: IncomingHttpHeaders = {};
  stream.on("trailers", (found) => {
    trailers = found;
  });
  stream.on("response", (found) => {
    head = found;
  });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { messages: messages(Buffer.concat(chunks)), head, trailers };
}

test("a unary call passes with its trailers, and is seen by the engine", async () => {
  const { rig, seen } = await start(echo);
  const stream = call(rig, "/shop.Echo/Say");
  stream.end(message("hello"));
  expect(await outcome(stream)).toMatchObject({
    messages: ["hello"],
    trailers: { "grpc-status": "0", "grpc-message": "fine" },
  });
  expect(seen[0]).toMatchObject({ te: "trailers", "grpc-timeout": "5S", "x-real-ip": "127.0.0.1" });
  expect(seen[0]).not.toHaveProperty("transfer-encoding");
  expect(rig.guard.inspected[0]?.request).toMatchObject({ path: "/shop.Echo/Say", protocol: "HTTP/2.0" });
  expect(rig.guard.observed[0]?.response).toMatchObject({ status: 200, contentType: "application/grpc" });
});

test("a stream in both directions lives through silence longer than the least body rate", async () => {
  const { rig } = await start(echo);
  const stream = call(rig, "/shop.Echo/Chat");
  const got: string[] = [];
  stream.on("data", (chunk: Buffer) => got.push(...messages(chunk)));
  stream.write(message("one"));
  await expect.poll(() => got).toEqual(["one"]);
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  stream.write(message("two"));
  await expect.poll(() => got).toEqual(["one", "two"]);
  const trailers = new Promise((resolve) => stream.once("trailers", resolve));
  stream.end();
  expect(await trailers).toMatchObject({ "grpc-status": "0" });
});

test("an answer of headers alone keeps its grpc-status", async () => {
  const { rig } = await start(echo);
  const stream = call(rig, "/shop.Echo/Refuse");
  stream.end(message("x"));
  expect((await outcome(stream)).head).toMatchObject({ "grpc-status": "7" });
});

test("a cancelled call is cancelled upstream", async () => {
  const { rig, cancelled } = await start((stream) =>
    stream.respond({ ":status": 200, "content-type": "application/grpc" }),
  );
  const stream = call(rig, "/shop.Echo/Slow");
  stream.on("error", () => undefined);
  await new Promise((resolve) => stream.once("response", resolve));
  stream.close(8);
  await expect.poll(cancelled).toBe(1);
});

test("an upstream that resets, or is gone, ends a call with an error or 502", async () => {
  const { rig } = await start((stream) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" });
    stream.write(message("half"));
    setTimeout(() => stream.destroy(new Error("gone")), 30);
  });
  const stream = call(rig, "/shop.Echo/Break");
  stream.end(message("x"));
  await expect(outcome(stream)).rejects.toThrow(/INTERNAL_ERROR/);
  const nobody = await openRig(1, { protocol: "http2" });
  cleanups.push(() => nobody.close());
  const late = call(nobody, "/shop.Echo/Say");
  late.end(message("x"));
  expect((await outcome(late)).head[":status"]).toBe(502);
});

test("HTTP/1.1 clients reach an HTTP/2 upstream, bodies and cookies whole", async () => {
  const { rig, seen } = await start((stream) => {
    let bytes = 0;
    stream.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    stream.on("end", () => {
      stream.respond({ ":status": 200, "set-cookie": ["a=1", "b=2"] });
      stream.end(`got ${bytes}`);
    });
  });
  const text = await exchangeRaw(
    rig.port,
    "POST /x HTTP/1.1\r\nHost: a.example\r\nCookie: a=1\r\nCookie: b=2\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
  );
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(text).toContain("got 5");
  expect(text.match(/set-cookie/gi)).toHaveLength(2);
  expect(seen[0]).toMatchObject({ ":authority": "a.example", cookie: "a=1; b=2", "content-length": "5" });
});
