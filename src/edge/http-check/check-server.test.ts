import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { testHashKey } from "#core";
import { createDecisionService } from "../beside/decision-service.ts";
import { LinkCut } from "../beside/link-cut.ts";
import { RecordingGuard, verdictOf } from "../testdata/gateway-rig.ts";
import { CheckConnection } from "./check-connection.ts";
import { type CheckServer, openCheckServer } from "./check-server.ts";
import type { CheckDialect } from "./question-names.ts";
import { checkObserves, nginxAnswersObserves } from "./read-check.ts";

let guard: RecordingGuard;
let server: CheckServer | undefined;
beforeEach(() => {
  guard = new RecordingGuard();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function open(dialect: CheckDialect, trustedProxies = ["127.0.0.1"]): Promise<number> {
  const service = createDecisionService({
    guard,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    hashKey: testHashKey,
    application: "shop",
    mode: "enforce",
    failMode: "open",
    observes: checkObserves,
  });
  server = await openCheckServer(service, { listen: { host: "127.0.0.1", port: 0 }, dialect, trustedProxies });
  return server.port;
}

/** Sends pieces one after the other and gives back all that came until `answers` answers were whole or the end. */
function talk(port: number, pieces: readonly string[], answers: number): Promise<{ text: string; ended: boolean }> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", async () => {
      socket.setNoDelay(true);
      for (const piece of pieces) {
        socket.write(piece, "latin1");
        await new Promise((done) => setImmediate(done));
      }
    });
    const done = (ended: boolean): void => {
      socket.destroy();
      resolve({ text, ended });
    };
    socket.on("data", (data) => {
      text += data.toString("latin1");
      if (text.split("\r\n\r\n").length > answers) done(false);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => done(true));
  });
}

const statuses = (text: string): readonly number[] =>
  [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, code]) => Number(code));

function nginxAsks(target: string, more = ""): string {
  return (
    `GET /.gait-check HTTP/1.1\r\nHost: gait\r\nX-Original-Method: POST\r\nX-Original-URI: ${target}\r\n` +
    `X-Original-Scheme: https\r\nX-Original-Host: shop.example\r\nX-Real-IP: 203.0.113.9\r\nX-Request-Id: 0123456789abcdef\r\n` +
    `User-Agent: curl/8\r\nX-Odd: 1\r\ncookie: sid=1\r\n${more}\r\n`
  );
}

test("a question becomes the client's own request, its headers in order and in their case", async () => {
  const port = await open("auth-request");
  const { text } = await talk(port, [nginxAsks("/a%2Fb?q=1")], 1);
  expect(statuses(text)).toEqual([200]);
  expect(text).toContain("X-Gait-Action: allow\r\n");
  expect(text).toContain("X-Request-Id: 0123456789abcdef\r\n");
  const [exchange] = guard.inspected;
  expect(exchange?.request).toMatchObject({ method: "POST", path: "/a%2Fb", scheme: "https", host: "shop.example" });
  expect(exchange?.request.headers.names).toEqual(["Host", "User-Agent", "X-Odd", "cookie"]);
  expect(exchange?.client.ip).toBe("203.0.113.9");
  expect(exchange?.observes).toBe(checkObserves);
});

test("questions that arrive together, and one that arrives byte by byte, are answered in their order", async () => {
  const port = await open("auth-request");
  guard.decide = (exchange) => verdictOf(exchange, { action: exchange.request.path === "/2" ? "block" : "allow" });
  const together = await talk(port, [["/1", "/2", "/3"].map((target) => nginxAsks(target)).join("")], 3);
  expect(statuses(together.text)).toEqual([200, 403, 200]);
  const bytewise = await talk(port, [...nginxAsks("/2")], 1);
  expect(statuses(bytewise.text)).toEqual([403]);
});

test("a body that comes along is passed over; after a chunked one the connection ends with the answer", async () => {
  const port = await open("forward-auth");
  const asks = (more: string): string =>
    `GET /check HTTP/1.1\r\nHost: gait\r\nX-Forwarded-Method: POST\r\nX-Forwarded-Uri: /\r\nX-Forwarded-For: 203.0.113.9\r\n${more}`;
  const counted = await talk(
    port,
    [`${asks("Content-Length: 30\r\n\r\n")}GET / HTTP/1.1\r\n\r\n0123456789ab${asks("\r\n")}`],
    2,
  );
  expect(statuses(counted.text)).toEqual([200, 200]);
  const chunked = await talk(port, [`${asks("Transfer-Encoding: chunked\r\n\r\n")}0\r\n\r\n${asks("\r\n")}`], 2);
  expect([statuses(chunked.text), chunked.ended]).toEqual([[200], true]);
  expect(guard.inspected.length).toBe(3);
});

describe("what a client sends in a proxy's name", () => {
  test("of another dialect is neither believed nor judged as the client's", async () => {
    const port = await open("auth-request");
    await talk(port, [nginxAsks("/real", "X-Forwarded-Uri: /innocent\r\nX-Forwarded-For: 198.51.100.1\r\n")], 1);
    expect(guard.inspected[0]?.request.path).toBe("/real");
    expect(guard.inspected[0]?.client.ip).toBe("203.0.113.9");
    expect(guard.inspected[0]?.request.headers.names).not.toContain("X-Forwarded-Uri");
  });

  test("twice is refused: one of the two would be the client's", async () => {
    const port = await open("auth-request");
    for (const twin of [
      "X-Original-URI: /innocent",
      "x-original-method: HEAD",
      "X-GAIT-ANSWERS: 1\r\nX-Gait-Answers: 1",
    ]) {
      const { text } = await talk(port, [nginxAsks("/real", `${twin}\r\n`)], 1);
      expect([twin, statuses(text)]).toEqual([twin, [403]]);
    }
    expect(guard.inspected).toEqual([]);
  });

  test("that answers are reported is believed where nginx says it", async () => {
    const port = await open("auth-request");
    await talk(port, [nginxAsks("/", "X-Gait-Answers: 1\r\n")], 1);
    expect(guard.inspected[0]?.observes).toBe(nginxAnswersObserves);
  });

  test("from an address that may not ask is refused, and the connection ends", async () => {
    const port = await open("auth-request", ["192.0.2.1"]);
    const { text, ended } = await talk(port, [nginxAsks("/") + nginxAsks("/")], 2);
    expect([statuses(text), ended]).toEqual([[403], true]);
    expect(text).toContain("check-untrusted");
    expect(guard.inspected).toEqual([]);
  });
});

test("what our parser refuses is refused to nginx as 403, never as an error that would let it pass", async () => {
  const port = await open("auth-request");
  const odd = [
    nginxAsks("/", "X Y: 1\r\n"),
    nginxAsks("/", "no colon here\r\n"),
    nginxAsks("/", "X-Nul: a\0b\r\n"),
    nginxAsks("/", `X-Long: ${"x".repeat(70_000)}\r\n`),
    nginxAsks("/", "X-Many: 1\r\n".repeat(200)),
    nginxAsks(`/${"x".repeat(9_000)}`),
    nginxAsks("/a b"),
    "GET /.gait-check HTTP/1.1\nHost: gait\n\n",
    "rubbish\r\n\r\n",
  ];
  for (const question of odd) {
    const { text } = await talk(port, [question], 1);
    expect([question.slice(-40), statuses(text)]).toEqual([question.slice(-40), [403]]);
  }
  expect(guard.inspected).toEqual([]);
});

test("a client of HTTP/1.0 that names no host is judged as that", async () => {
  const port = await open("auth-request");
  const { text } = await talk(port, [nginxAsks("/").replace("X-Original-Host: shop.example\r\n", "")], 1);
  expect(statuses(text)).toEqual([200]);
  expect(guard.inspected[0]?.request).toMatchObject({ host: "", protocol: "HTTP/1.0" });
});

test("where no answer may be given the connection is cut", async () => {
  const port = await open("auth-request");
  guard.decide = () => {
    throw new LinkCut();
  };
  expect(await talk(port, [nginxAsks("/")], 1)).toEqual({ text: "", ended: true });
});

test("a silent connection is let go after its time, a half-sent head much sooner", async () => {
  let destroyed = 0;
  const handlers = new Map<string, (chunk: Buffer) => void>();
  const socket = {
    setNoDelay: () => undefined,
    on: (name: string, handler: (chunk: Buffer) => void) => handlers.set(name, handler),
    destroy: () => destroyed++,
  };
  const connection = new CheckConnection(socket as never, {} as never, { trusted: true });
  connection.look(performance.now() + 70_000);
  expect(destroyed).toBe(0);
  connection.look(performance.now() + 76_000);
  expect(destroyed).toBe(1);
  handlers.get("data")?.(Buffer.from("GET / HTTP/1.1\r\n"));
  connection.look(performance.now() + 4_000);
  expect(destroyed).toBe(1);
  connection.look(performance.now() + 6_000);
  expect(destroyed).toBe(2);
});
