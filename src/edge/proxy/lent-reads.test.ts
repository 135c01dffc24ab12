import { createServer, type Socket } from "node:net";
import { connect } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { openOrigin, openRawOrigin, openRig, RawClient } from "../testdata/gateway-rig.ts";
import { writePair } from "../tls/testdata/tls-origin.ts";
import { lendReads } from "./lent-reads.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server whose sockets are handed to `onSocket`, and a client of it. */
async function clientOf(onSocket: (socket: Socket) => void): Promise<RawClient> {
  const server = createServer(onSocket);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const client = new RawClient(typeof address === "object" ? (address?.port ?? 0) : 0);
  closers.push(
    () => void server.close(),
    () => client.close(),
  );
  return client;
}

test("an open socket reads into the shared buffer: what is received is overwritten by the next read", async () => {
  const views: Buffer[] = [];
  const client = await clientOf((socket) => {
    expect(lendReads(socket, (chunk) => void views.push(chunk))).toBeDefined();
  });
  client.send("aaaa");
  await expect.poll(() => views.length).toBe(1);
  expect(views[0]?.toString()).toBe("aaaa");
  client.send("bbbb");
  await expect.poll(() => views.length).toBe(2);
  expect(views[0]?.toString()).toBe("bbbb");
});

test("a receiver that was told to forget hears nothing more", async () => {
  let heard = 0;
  let stop: (() => void) | undefined;
  let open: Socket | undefined;
  const client = await clientOf((socket) => {
    open = socket;
    stop = lendReads(socket, () => heard++);
  });
  client.send("a");
  await expect.poll(() => heard).toBe(1);
  stop?.();
  client.send("b");
  await expect.poll(() => open?.bytesRead).toBe(2);
  expect(heard).toBe(1);
});

test("nothing is lent where bytes wait in the socket already, or where it flows", async () => {
  const outcomes: unknown[] = [];
  const client = await clientOf((socket) => {
    socket.pause();
    socket.unshift(Buffer.from("early"));
    outcomes.push(lendReads(socket, () => undefined));
    socket.on("data", () => undefined);
    outcomes.push(lendReads(socket, () => undefined));
  });
  client.send("x");
  await expect.poll(() => outcomes).toEqual([undefined, undefined]);
});

test("an upload over TLS to an origin that reads slowly arrives whole, and answers in between are their own", async () => {
  const digest = (bytes: Buffer): number => bytes.reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7);
  const origin = await openOrigin((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      request.pause();
      setTimeout(() => request.resume(), 1);
    });
    request.on("end", () => response.end(`sum=${digest(Buffer.concat(chunks))};`));
  });
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, { tls: { certificates: [writePair(["a"])] } });
  closers.push(() => rig.close());
  const bodies = [3_000_000, 5, 700_001].map((bytes, seed) =>
    Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + seed) & 255)),
  );
  const socket = connect({ port: rig.port, host: "127.0.0.1", rejectUnauthorized: false });
  closers.push(() => void socket.destroy());
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  for (const body of bodies) {
    socket.write(`POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
    socket.write(body);
  }
  await expect.poll(() => text.match(/sum=\d+;/g), { timeout: 20_000 }).toHaveLength(3);
  expect(text.match(/sum=\d+;/g)).toEqual(bodies.map((body) => `sum=${digest(body)};`));
});

test("TLS behind a PROXY header, whose reader has some of the hello already, is served", async () => {
  const origin = await openOrigin((_, response) => response.end("ok"));
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, {
    tls: { certificates: [writePair(["a"])] },
    proxyProtocol: true,
    trustedProxies: ["127.0.0.1"],
  });
  closers.push(() => rig.close());
  // A proxy in front that writes its header and the client's first bytes in one segment.
  const front = await openRawOrigin((inbound) => {
    const outbound = new RawClient(rig.port);
    closers.push(() => outbound.close());
    inbound.once("data", (first: Buffer) => {
      outbound.send(Buffer.concat([Buffer.from("PROXY TCP4 203.0.113.9 127.0.0.1 4000 443\r\n"), first]));
      inbound.on("data", (chunk: Buffer) => outbound.send(chunk));
    });
    outbound.socket.on("data", (chunk: Buffer) => inbound.write(chunk));
  });
  closers.push(() => front.close());
  const socket = connect({ port: front.port, host: "127.0.0.1", rejectUnauthorized: false });
  closers.push(() => void socket.destroy());
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const answer = await new Promise<string>((resolve) => socket.once("data", (chunk) => resolve(chunk.toString())));
  expect(answer).toContain("200 OK");
  expect(rig.guard.inspected[0]?.client.ip).toBe("203.0.113.9");
  expect(rig.guard.inspected[0]?.client.fingerprint.ja4).toMatch(/^t13/);
});
