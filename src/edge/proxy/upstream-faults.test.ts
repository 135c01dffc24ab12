import type { Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { readAnswers } from "../testdata/answer-reader.ts";
import { exchangeRaw, openOrigin, openRawOrigin, openRig, RawClient, type Rig } from "../testdata/gateway-rig.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const limits = {
  upstreamConnectMs: 500,
  upstreamHeadMs: 600,
  upstreamStallMs: 600,
  upstreamHeadBytesMax: 4_096,
  failuresInARow: 1_000,
};
/** The timer wheel's tick, by which a deadline may be late, and a margin for a busy machine. */
const lateMs = 250 + 600;

interface Fault {
  readonly name: string;
  /** What the upstream does once the request has come. */
  readonly act: (socket: Socket) => void;
  /** Status the client gets; 0: the answer had begun and is visibly cut. */
  readonly status: number;
  /** How often an idempotent request may be sent. */
  readonly tries: number;
  readonly afterMs?: number;
}

const ok = "HTTP/1.1 200 OK\r\n";
const drip = (text: string) => (socket: Socket) => {
  let at = 0;
  const timer = setInterval(() => (at < text.length ? socket.write(text[at++] ?? "") : clearInterval(timer)), 40);
  socket.on("close", () => clearInterval(timer));
};
const endless = (socket: Socket): void => {
  socket.write(ok);
  const timer = setInterval(() => socket.write(`X-Filler: ${"y".repeat(200)}\r\n`), 1);
  socket.on("close", () => clearInterval(timer));
};

const faults: readonly Fault[] = [
  { name: "closes at once", act: (socket) => socket.end(), status: 502, tries: 2 },
  { name: "resets at once", act: (socket) => socket.resetAndDestroy(), status: 502, tries: 2 },
  { name: "never answers", act: () => undefined, status: 504, tries: 1, afterMs: 600 },
  { name: "closes in the middle of the head", act: (socket) => socket.end(`${ok}X: `), status: 502, tries: 1 },
  {
    name: "resets in the middle of the head",
    act: (socket) => socket.write(ok, () => setTimeout(() => socket.resetAndDestroy(), 20)),
    status: 502,
    tries: 1,
  },
  { name: "drips the head", act: drip(`${ok}Content-Length: 2\r\n\r\nok`), status: 504, tries: 1, afterMs: 600 },
  { name: "sends headers without end", act: endless, status: 502, tries: 1 },
  { name: "sends garbage", act: (socket) => socket.write("\x00\x01\x02 SSH-2.0-x\r\n\r\n"), status: 502, tries: 1 },
  { name: "speaks HTTP/0.9", act: (socket) => socket.end("<html>\r\n\r\n"), status: 502, tries: 1 },
  {
    name: "sends length and coding",
    act: (socket) => socket.write(`${ok}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc`),
    status: 502,
    tries: 1,
  },
  {
    name: "sends two lengths",
    act: (socket) => socket.write(`${ok}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`),
    status: 502,
    tries: 1,
  },
  {
    name: "splits its head with a bare LF",
    act: (socket) => socket.write(`${ok}X: a\nSet-Cookie: b=c\r\n\r\n`),
    status: 502,
    tries: 1,
  },
  {
    name: "sends 204 with a body",
    act: (socket) => socket.write("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc"),
    status: 502,
    tries: 1,
  },
  {
    name: "sends a storm of 1xx",
    act: (socket) => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(40)),
    status: 502,
    tries: 1,
  },
  {
    name: "switches protocols unasked",
    act: (socket) => socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
    status: 502,
    tries: 1,
  },
  {
    name: "closes in the middle of a body",
    act: (socket) => socket.end(`${ok}Content-Length: 9\r\n\r\nabc`),
    status: 0,
    tries: 1,
  },
  {
    name: "resets in the middle of a body",
    act: (socket) =>
      socket.write(`${ok}Content-Length: 9\r\n\r\nabc`, () => setTimeout(() => socket.resetAndDestroy(), 30)),
    status: 0,
    tries: 1,
  },
  {
    name: "ends chunks early",
    act: (socket) => socket.end(`${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`),
    status: 0,
    tries: 1,
  },
  {
    name: "sends a bad chunk",
    act: (socket) => socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n3\r\nabcX0\r\n\r\n`),
    status: 0,
    tries: 1,
  },
  {
    name: "stalls in a body",
    act: (socket) => socket.write(`${ok}Content-Length: 9\r\n\r\nabc`),
    status: 0,
    tries: 1,
    afterMs: 600,
  },
];

const methods = ["GET", "POST"] as const;
const cases = faults.flatMap((fault) => methods.map((method) => [method, fault.name, fault] as const));

test.each(cases)("%s to an upstream that %s", async (method, _, fault) => {
  let tries = 0;
  const origin = await openRawOrigin((socket) => {
    socket.once("data", () => {
      tries++;
      fault.act(socket);
    });
  });
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, { limits });
  closers.push(() => rig.close());
  const started = performance.now();
  const body = method === "POST" ? "Content-Length: 3\r\n\r\nabc" : "\r\n";
  const text = await exchangeRaw(
    rig.port,
    `${method} / HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nConnection: close\r\n${body}`,
  );
  const tookMs = performance.now() - started;
  const [answer] = readAnswers(text, false);
  if (fault.status === 0) expect(answer).toMatchObject({ status: 200, whole: false });
  else {
    expect(answer).toMatchObject({ status: fault.status, whole: true });
    expect(JSON.parse(answer?.body ?? "")).toMatchObject({
      status: fault.status,
      reference: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  }
  expect(tries).toBe(method === "GET" ? fault.tries : 1);
  expect(tookMs).toBeGreaterThanOrEqual((fault.afterMs ?? 0) * 0.9);
  expect(tookMs).toBeLessThan((fault.afterMs ?? 0) + lateMs);
  await settled(rig);
});

test("a POST without a body is not sent again either: what it does may have been done", async () => {
  let tries = 0;
  const origin = await openRawOrigin((socket) => {
    socket.once("data", () => {
      tries++;
      socket.end();
    });
  });
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, { limits });
  closers.push(() => rig.close());
  const text = await exchangeRaw(
    rig.port,
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
  );
  expect(readAnswers(text, true)[0]).toMatchObject({ status: 502, whole: true });
  expect(tries).toBe(1);
});

/** Nothing is left open on either side. */
async function settled(rig: Rig): Promise<void> {
  for (let turn = 0; turn < 50 && rig.gateway.stats().totals.openConnections !== 0; turn++) await wait(10);
  expect(rig.gateway.stats().totals).toMatchObject({ openConnections: 0, openUpstreamConnections: 0, openRequests: 0 });
  expect(rig.guard.observed.length).toBe(rig.guard.inspected.length);
}

test("a refused connection is 502, and an address that keeps failing rests", async () => {
  const origin = await openRawOrigin(() => undefined);
  origin.close();
  const rig = await openRig(origin.port, { limits: { failuresInARow: 2 } });
  closers.push(() => rig.close());
  expect(await exchangeRaw(rig.port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toContain(" 502 ");
  expect(rig.gateway.stats().upstreams[0]?.healthy).toBe(false);
  expect(rig.gateway.stats().reasons).toEqual({ "upstream-refused": 1 });
});

test("a client that leaves takes its upstream request with it within a second", async () => {
  let goneAfterMs = -1;
  let leftAt = 0;
  const origin = await openRawOrigin((socket) => {
    socket.on("data", () => undefined);
    socket.on("close", () => {
      goneAfterMs = performance.now() - leftAt;
    });
  });
  closers.push(() => origin.close());
  const rig = await openRig(origin.port);
  closers.push(() => rig.close());
  const client = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await wait(80);
  leftAt = performance.now();
  client.close();
  for (let turn = 0; turn < 100 && goneAfterMs < 0; turn++) await wait(10);
  expect(goneAfterMs).toBeGreaterThanOrEqual(0);
  expect(goneAfterMs).toBeLessThan(1_000);
  expect(rig.gateway.stats().totals.clientAborts).toBe(1);
});

test("a reader that does not read stops the origin instead of filling memory, and is cut in the end", async () => {
  let pushed = 0;
  const origin = await openRawOrigin((socket) => {
    const chunk = Buffer.alloc(65_536, "x");
    const push = (): void => {
      while (pushed < 256 * 1_048_576) {
        pushed += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.once("data", () => {
      socket.write(`${ok}Content-Length: ${256 * 1_048_576}\r\n\r\n`);
      socket.on("drain", push);
      push();
    });
  });
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, { limits: { responseStallMs: 700 } });
  closers.push(() => rig.close());
  const before = process.memoryUsage().rss;
  const client = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client.socket.pause();
  await wait(500);
  // Kernel buffers on both hops take some megabytes; the gateway holds one read and one write buffer.
  expect(pushed).toBeLessThan(40 * 1_048_576);
  expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1_048_576);
  for (let turn = 0; turn < 100 && rig.gateway.stats().totals.openConnections !== 0; turn++) await wait(20);
  expect(rig.gateway.stats().reasons["slow-reader"]).toBe(1);
  client.close();
});

test("a large upload and a large download pass through whole", async () => {
  const origin = await openOrigin((request, response) => {
    response.setHeader("content-length", request.headers["content-length"] ?? "0");
    request.pipe(response);
  });
  closers.push(() => origin.close());
  const rig = await openRig(origin.port);
  closers.push(() => rig.close());
  const body = Buffer.alloc(20_000_000, "0123456789abcdef");
  const answer = await fetch(`http://127.0.0.1:${rig.port}/`, { method: "POST", body });
  expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
});

function wait(spanMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, spanMs));
}
