import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterEach, expect, test } from "vitest";
import { exchangeRaw, openRig, type RigOptions } from "../testdata/gateway-rig.ts";
import { writePair } from "../tls/testdata/tls-origin.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Seen {
  readonly httpVersion: string;
  readonly serverName: string;
  readonly resumed: boolean;
  readonly body: string;
}

/** An origin that speaks HTTP/1.1 and 2 over TLS, as `shop.test`, and closes each HTTP/1.1 connection behind its answer. */
async function openTlsOrigin(version: "TLSv1.2" | "TLSv1.3" = "TLSv1.3", name = "shop.test") {
  const pair = writePair([name]);
  const cert = readFileSync(pair.cert, "utf8");
  const seen: Seen[] = [];
  const server = createSecureServer(
    { cert, key: readFileSync(pair.key), allowHTTP1: true, maxVersion: version },
    (request, response) => {
      const session = (request.stream?.session?.socket ?? request.socket) as TLSSocket;
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { httpVersion } = request;
        seen.push({ httpVersion, serverName: String(session.servername), resumed: session.isSessionReused(), body });
        if (httpVersion === "1.1") response.setHeader("Connection", "close");
        response.end(`hello over ${httpVersion}`);
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, cert, seen };
}

async function openTlsRig(port: number, options: RigOptions) {
  const rig = await openRig(port, options);
  closers.push(() => rig.close());
  return rig;
}

const get = "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";

test("an upstream over TLS is asked for its name, checked, and its session is resumed", async () => {
  const { port, cert, seen } = await openTlsOrigin();
  const rig = await openTlsRig(port, { upstreamTls: { ca: cert, serverName: "shop.test" } });

  const first = await exchangeRaw(rig.port, get);
  const second = await exchangeRaw(rig.port, get);

  expect(first).toMatch(/^HTTP\/1\.1 200 [\s\S]*hello over 1\.1$/);
  expect(second).toMatch(/^HTTP\/1\.1 200 /);
  expect(seen).toEqual([
    { httpVersion: "1.1", serverName: "shop.test", resumed: false, body: "" },
    { httpVersion: "1.1", serverName: "shop.test", resumed: true, body: "" },
  ]);
});

test("a body that is larger than what is gathered passes over TLS whole", async () => {
  const { port, cert, seen } = await openTlsOrigin();
  const rig = await openTlsRig(port, { upstreamTls: { ca: cert, serverName: "shop.test" } });
  const body = "0123456789abcdef".repeat(40_000);

  const head = `POST / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
  const answer = await exchangeRaw(rig.port, head + body, 10_000);

  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(seen[0]?.body).toBe(body);
});

test("an upstream over TLS may speak HTTP/2", async () => {
  const { port, cert, seen } = await openTlsOrigin();
  const rig = await openTlsRig(port, { protocol: "http2", upstreamTls: { ca: cert, serverName: "shop.test" } });

  const answer = await exchangeRaw(rig.port, get);

  expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*hello over 2\.0/);
  expect(seen).toEqual([{ httpVersion: "2.0", serverName: "shop.test", resumed: false, body: "" }]);
});

test.each([
  ["whose authority is not trusted", "http1", false, "shop.test"],
  ["whose certificate names another host", "http1", true, "bank.test"],
  ["whose certificate does not name its address", "http1", true, undefined],
  ["over HTTP/2 whose authority is not trusted", "http2", false, "shop.test"],
  ["over HTTP/2 whose certificate names another host", "http2", true, "bank.test"],
] as const)("not one byte goes to an upstream %s", async (_what, protocol, trusted, serverName) => {
  const { port, cert, seen } = await openTlsOrigin();
  const ca = trusted ? { ca: cert } : {};
  const rig = await openTlsRig(port, { protocol, upstreamTls: { ...ca, serverName } });

  const answer = await exchangeRaw(rig.port, get);

  expect(answer).toMatch(/^HTTP\/1\.1 502 /);
  expect(seen).toEqual([]);
  expect(rig.gateway.stats().reasons).toHaveProperty("upstream-tls");
});

// TLS 1.2 hands out its session within the handshake; one of a refused certificate must open nothing afterwards, since a resumed
// session is not asked for its name again.
test.each(["TLSv1.2", "TLSv1.3"] as const)(
  "a refused certificate leaves no session to resume (%s)",
  async (version) => {
    const { port, cert, seen } = await openTlsOrigin(version);
    const rig = await openTlsRig(port, { upstreamTls: { ca: cert, serverName: "bank.test" } });

    for (let i = 0; i < 3; i++) expect(await exchangeRaw(rig.port, get)).toMatch(/^HTTP\/1\.1 502 /);
    expect(seen).toEqual([]);
  },
);

test("a server that speaks no TLS where it should costs a 502 that says so", async () => {
  const { createServer } = await import("node:http");
  const server = createServer((_request, response) => response.end("plain"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  const rig = await openTlsRig((server.address() as AddressInfo).port, { upstreamTls: {} });

  expect(await exchangeRaw(rig.port, get)).toMatch(/^HTTP\/1\.1 502 /);
  expect(rig.gateway.stats().reasons).toHaveProperty("upstream-tls");
});

test("health is asked over TLS too, and a certificate that does not fit is not healthy", async () => {
  const { port, cert } = await openTlsOrigin();
  const health = { path: "/", intervalMs: 20, timeoutMs: 1_000 };
  const good = await openTlsRig(port, { health, upstreamTls: { ca: cert, serverName: "shop.test" } });
  const bad = await openTlsRig(port, { health, upstreamTls: { ca: cert, serverName: "bank.test" } });

  await expect.poll(() => bad.gateway.stats().upstreams[0]?.healthy).toBe(false);
  expect(good.gateway.stats().upstreams[0]?.healthy).toBe(true);
});
