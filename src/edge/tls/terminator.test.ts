import { randomBytes } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { CertificateStore } from "./certificates.ts";
import { startTlsOrigin, storeOf, type TlsOrigin, type TlsOriginOptions, writePair } from "./testdata/tls-origin.ts";

let certificates: CertificateStore;
let origin: TlsOrigin | undefined;

beforeAll(() => {
  certificates = storeOf([writePair(["shop.example"]), writePair(["*.wild.example", "second.example"])]);
});

afterEach(async () => {
  await origin?.close();
  origin = undefined;
});

async function start(options: Partial<TlsOriginOptions> = {}): Promise<TlsOrigin> {
  origin = await startTlsOrigin({ certificates, ...options });
  return origin;
}

function dial(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: "127.0.0.1",
      servername: "shop.example",
      rejectUnauthorized: false,
      ...options,
    });
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Sends a request and gives everything that came back. */
function ask(socket: TLSSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("end", () => resolve(text));
    socket.on("error", reject);
    socket.write("GET / HTTP/1.1\r\n\r\n");
  });
}

/** Opens a bare connection, sends the bytes, and gives how long until the server closed it. */
function bare(port: number, bytes: Buffer | string): { socket: Socket; closed: Promise<number> } {
  const from = performance.now();
  const socket = connectTcp(port, "127.0.0.1", () => socket.write(bytes));
  socket.on("error", () => {});
  socket.resume();
  return { socket, closed: new Promise((resolve) => socket.on("close", () => resolve(performance.now() - from))) };
}

/** A TCP relay that hands the client's bytes on in segments of `size`. */
async function dribbled(port: number, size: number): Promise<TLSSocket> {
  const { Duplex } = await import("node:stream");
  const tcp = connectTcp({ port, host: "127.0.0.1", noDelay: true });
  await new Promise((resolve) => tcp.once("connect", resolve));
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      const next = (at: number): void => {
        if (at >= chunk.length) done();
        else tcp.write(chunk.subarray(at, at + size), () => setTimeout(() => next(at + size), 1));
      };
      next(0);
    },
  });
  tcp.on("data", (chunk) => wire.push(chunk));
  tcp.on("end", () => wire.push(null));
  tcp.on("error", () => wire.destroy());
  return dial(port, { socket: wire });
}

test("a client is served, and its connection carries what its hello showed", async () => {
  const { port, seen, terminator } = await start({ http2: true });
  const socket = await dial(port, { ALPNProtocols: ["h2", "http/1.1"] });
  expect(socket.alpnProtocol).toBe("h2");
  expect(await ask(socket)).toContain("200 OK");
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ serverName: "shop.example", protocol: "h2", version: "TLSv1.3", resumed: false });
  expect(seen[0]?.ja4).toMatch(/^t13d\d{4}h2_[0-9a-f]{12}_[0-9a-f]{12}$/);
  expect(terminator.handshakes).toBe(0);
});

test("HTTP/2 is offered only where it is served, and old curl's http/1.0 finds its overlap", async () => {
  const { port } = await start();
  expect((await dial(port, { ALPNProtocols: ["h2", "http/1.1"] })).alpnProtocol).toBe("http/1.1");
  expect((await dial(port, { ALPNProtocols: ["http/1.0"] })).alpnProtocol).toBe("http/1.0");
  await expect(dial(port, { ALPNProtocols: ["h2"] })).rejects.toThrow(/no application protocol/i);
});

test("the certificate follows the name, wildcards cover one label, unknown names get the first", async () => {
  const { port } = await start();
  const nameFor = async (servername: string): Promise<string | undefined> =>
    (await dial(port, { servername })).getPeerCertificate().subjectaltname;
  expect(await nameFor("shop.example")).toBe("DNS:shop.example");
  expect(await nameFor("SECOND.example")).toContain("second.example");
  expect(await nameFor("a.wild.example")).toContain("*.wild.example");
  expect(await nameFor("a.b.wild.example")).toBe("DNS:shop.example");
  expect(await nameFor("nobody.example")).toBe("DNS:shop.example");
});

test.each([37, 11])("a hello that dribbles in %i-byte segments is served as any other", async (size) => {
  const { port, seen } = await start();
  const whole = await dial(port);
  await ask(whole);
  const socket = await dribbled(port, size);
  expect(await ask(socket)).toContain("200 OK");
  expect(seen[1]?.ja4).toBe(seen[0]?.ja4);
});

test("TLS 1.1 is refused, TLS 1.2 is served", async () => {
  const { port, seen, refused } = await start();
  const old: ConnectionOptions = { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" };
  await expect(dial(port, old)).rejects.toThrow();
  await ask(await dial(port, { maxVersion: "TLSv1.2" }));
  expect(seen.map(({ version }) => version)).toEqual(["TLSv1.2"]);
  expect(refused).toMatchObject([{ code: "tls-handshake-failed", ja4: expect.stringMatching(/^t11d/) }]);
  expect(refused[0]?.found).toMatch(/version|protocol/i);
});

test.each(["TLSv1.3", "TLSv1.2"] as const)("a session is resumed under %s and keeps one identity", async (version) => {
  const { port, seen } = await start();
  const options: ConnectionOptions = { minVersion: version, maxVersion: version };
  const first = await dial(port, options);
  const ticket = new Promise<Buffer>((resolve) => first.once("session", resolve));
  await ask(first);
  // Under TLS 1.2 the session is there before the handshake ends, under TLS 1.3 it comes after it.
  const session = version === "TLSv1.2" ? first.getSession() : await ticket;
  const second = await dial(port, { ...options, session });
  await ask(second);
  expect(second.isSessionReused()).toBe(true);
  expect(seen.map(({ resumed }) => resumed)).toEqual([false, true]);
  expect(seen[1]?.stable).toBe(seen[0]?.stable);
  if (version === "TLSv1.3") expect(seen[1]?.ja4).not.toBe(seen[0]?.ja4);
});

test("a session of one worker is resumed by another that shares the ticket secret", async () => {
  const first = await start();
  const socket = await dial(first.port);
  const session = new Promise<Buffer>((resolve) => socket.once("session", resolve));
  await ask(socket);
  const files = certificates.pairs().map((pair) => pair.files);
  const other = await startTlsOrigin({ certificates: storeOf(files) });
  const again = await dial(other.port, { session: await session });
  expect(again.isSessionReused()).toBe(true);
  await other.close();
});

test("a client that stalls in the middle of its hello is let go at the timer", async () => {
  const { port, refused, terminator } = await start({ limits: { helloTimeMs: 150 } });
  const { closed } = bare(port, Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]));
  expect(await closed).toBeGreaterThan(140);
  expect(refused).toMatchObject([{ code: "tls-hello-timeout", found: "11 bytes after 150 ms" }]);
  expect(terminator.handshakes).toBe(0);
});

test("a client that stalls after its hello is let go at the handshake timer", async () => {
  const { port, refused, terminator } = await start({ limits: { handshakeTimeMs: 200 } });
  const { capturedHello } = await captureHello();
  const { closed } = bare(port, capturedHello);
  expect(await closed).toBeGreaterThan(150);
  expect(refused).toMatchObject([{ code: "tls-handshake-timeout", ja4: expect.stringMatching(/^t13d/) }]);
  expect(terminator.handshakes).toBe(0);
});

test("plain HTTP, bad records and half-closed hellos end at once and are named", async () => {
  const { port, refused } = await start();
  await bare(port, "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").closed;
  await bare(port, Buffer.from([22, 3, 1, 0xff, 0xff])).closed;
  const half = bare(port, Buffer.from([22, 3, 1]));
  setTimeout(() => half.socket.end(), 30);
  await half.closed;
  expect(refused.map(({ code }) => code)).toEqual(["tls-not-a-handshake", "tls-record-length", "tls-hello-closed"]);
});

test("handshakes under way are capped per address: one below the cap passes, one above is reset", async () => {
  const { port, refused, terminator } = await start({ limits: { handshakesPerAddressMax: 3 } });
  const held = [1, 2, 3].map(() => bare(port, Buffer.from([22])));
  await expect.poll(() => terminator.handshakes).toBe(3);
  await bare(port, Buffer.from([22])).closed;
  expect(refused).toMatchObject([{ code: "tls-handshakes-per-address" }]);
  held[0]?.socket.destroy();
  await expect.poll(() => terminator.handshakes).toBe(2);
  expect(await ask(await dial(port))).toContain("200 OK");
});

test("garbage after the handshake closes the connection", async () => {
  const { port, seen } = await start();
  const tcp = connectTcp(port, "127.0.0.1");
  const socket = connect({ socket: tcp, servername: "shop.example", rejectUnauthorized: false });
  socket.on("error", () => {});
  await expect.poll(() => seen.length).toBe(1);
  tcp.write(Buffer.from([23, 3, 3, 0, 30, ...randomBytes(30)]));
  await new Promise((resolve) => tcp.once("close", resolve));
});

test("hostile names and mutilated hellos end connections and never the process (fuzz)", async () => {
  const { port, seen, refused, terminator } = await start({ limits: { handshakeTimeMs: 1_000 } });
  const { capturedHello } = await captureHello();
  const at = capturedHello.indexOf("shop.example");
  const names = [
    "\0".repeat(12),
    "\xff".repeat(12),
    "............",
    "*.*.*.*.*.*.",
    "__proto__.ab",
    "constructor.",
    "a..b..c..d..",
  ];
  const rounds: Buffer[] = names.map((name) => {
    const bytes = Buffer.from(capturedHello);
    bytes.write(name, at, "latin1");
    return bytes;
  });
  for (let i = 0; i < 150; i++) {
    const bytes = Buffer.from(capturedHello);
    const noise = randomBytes(8);
    for (let n = 0; n < 4; n++) bytes[9 + (noise.readUInt16BE(n * 2) % (bytes.length - 9))] = noise[n] ?? 0;
    rounds.push(bytes);
  }
  for (const bytes of rounds) {
    const { socket } = bare(port, bytes);
    socket.setTimeout(10, () => socket.destroy());
  }
  await expect.poll(() => refused.length + seen.length, { timeout: 5_000 }).toBe(rounds.length);
  expect(refused.filter(({ code }) => code === "tls-internal")).toEqual([]);
  expect(terminator.handshakes).toBe(0);
  expect(await ask(await dial(port))).toContain("200 OK");
});

test("a breach in whoever takes the connection costs that connection only", async () => {
  const { port, refused } = await start({
    onSecure() {
      throw new Error("planted");
    },
  });
  const socket = await dial(port);
  socket.on("error", () => {});
  await new Promise((resolve) => socket.on("close", resolve));
  expect(refused).toMatchObject([{ code: "tls-internal", found: "Error: planted" }]);
});

/** The hello of Node's own client, as bytes. */
async function captureHello(): Promise<{ capturedHello: Buffer }> {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bytes = new Promise<Buffer>((resolve) =>
    server.once("connection", (socket) =>
      socket.once("data", (chunk) => {
        socket.destroy();
        resolve(chunk);
      }),
    ),
  );
  const address = server.address();
  const socket = connect({ port: typeof address === "object" ? (address?.port ?? 0) : 0, servername: "shop.example" });
  socket.on("error", () => {});
  const capturedHello = await bytes;
  server.close();
  return { capturedHello };
}

test("a choice of certificate that throws ends its own connection and not the process", async () => {
  let broken = true;
  const throwing: CertificateStore = Object.create(certificates, {
    contextFor: {
      value: (name: string, now: number) => {
        if (broken) throw new Error("planted");
        return certificates.contextFor(name, now);
      },
    },
  });
  const { port } = await start({ certificates: throwing });
  await expect(dial(port)).rejects.toThrow();
  broken = false;
  expect(await ask(await dial(port))).toContain("200");
});
