import { connect } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { exchangeRaw, openRawOrigin, openRig, type Rig, type RigOptions } from "../testdata/gateway-rig.ts";
import { writePair } from "../tls/testdata/tls-origin.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const named = { presentationHeaders: { ja4: "X-JA4", h2: "X-H2" } };
const trusted = { trustedProxies: ["127.0.0.1"] };

async function start(options: RigOptions): Promise<{ rig: Rig; upstream: () => string }> {
  let text = "";
  const origin = await openRawOrigin((socket) => {
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
  });
  const rig = await openRig(origin.port, options);
  cleanups.push(
    () => origin.close(),
    () => rig.close(),
  );
  return { rig, upstream: () => text };
}

const told =
  "GET / HTTP/1.1\r\nHost: a\r\nX-JA4: t13d1516h2_a_b\r\nx-h2: 1:65536|0|0|m,a,s,p\r\nConnection: close\r\n\r\n";

test("what a trusted proxy saw of the client is believed under the names agreed on", async () => {
  const { rig, upstream } = await start({ ...named, ...trusted });
  await exchangeRaw(rig.port, told);
  expect(rig.guard.inspected[0]?.client.fingerprint).toMatchObject({
    ja4: "t13d1516h2_a_b",
    h2: "1:65536|0|0|m,a,s,p",
  });
  expect(upstream()).toContain("X-JA4: t13d1516h2_a_b");
});

test("a stranger's claim is not believed, not passed on, and noted", async () => {
  const { rig, upstream } = await start(named);
  await exchangeRaw(rig.port, told);
  expect(rig.guard.inspected[0]?.client.fingerprint).toMatchObject({ ja4: "", h2: "" });
  expect(rig.guard.inspected[0]?.request.oddities).toContain("presentation-claimed");
  expect(upstream()).not.toMatch(/x-ja4|x-h2/i);
});

test("where no names were agreed on, the headers are headers like any other", async () => {
  const { rig, upstream } = await start(trusted);
  await exchangeRaw(rig.port, told);
  expect(rig.guard.inspected[0]?.client.fingerprint).toMatchObject({ ja4: "", h2: "" });
  expect(upstream()).toContain("X-JA4: t13d1516h2_a_b");
});

test("a trusted proxy's own TLS says nothing about its clients", async () => {
  const { rig } = await start({ ...trusted, tls: { certificates: [writePair(["a"])] } });
  const socket = connect({ port: rig.port, host: "127.0.0.1", rejectUnauthorized: false });
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await new Promise((resolve) => socket.resume().once("close", resolve));
  expect(rig.guard.inspected[0]?.client.fingerprint).toMatchObject({ ja4: "", tls: "" });
});

test.each(["", "x".repeat(257), "a b", "<script>", "a\u00e9"])(
  "a fingerprint that reads %j is not repeated",
  async (value) => {
    const { rig } = await start({ ...named, ...trusted });
    await exchangeRaw(
      rig.port,
      Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\nX-JA4: ${value}\r\nConnection: close\r\n\r\n`, "latin1"),
    );
    expect(rig.guard.inspected[0]?.client.fingerprint.ja4).toBe("");
  },
);

test("a fingerprint of the longest length is taken", async () => {
  const { rig } = await start({ ...named, ...trusted });
  await exchangeRaw(rig.port, `GET / HTTP/1.1\r\nHost: a\r\nX-JA4: ${"x".repeat(256)}\r\nConnection: close\r\n\r\n`);
  expect(rig.guard.inspected[0]?.client.fingerprint.ja4).toHaveLength(256);
});
