import { afterEach, expect, test } from "vitest";
import {
  exchangeRaw,
  openOrigin,
  openRawOrigin,
  openRig,
  RawClient,
  type Rig,
  verdictOf,
} from "../testdata/gateway-rig.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function rigWith(
  listener: Parameters<typeof openOrigin>[0],
  options: Parameters<typeof openRig>[1] = {},
): Promise<Rig> {
  const origin = await openOrigin(listener);
  closers.push(() => origin.close());
  const rig = await openRig(origin.port, options);
  closers.push(() => rig.close());
  return rig;
}

const get = "GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n";

test("a request is answered, with a reference, and seen once by the engine before and once after", async () => {
  const rig = await rigWith((_, response) => response.end("hello"));
  const text = await exchangeRaw(rig.port, get);
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(text).toMatch(/\r\nX-Request-Id: [0-9a-f]{16}\r\n/);
  expect(text.endsWith("\r\n\r\nhello")).toBe(true);
  expect(rig.guard.inspected).toHaveLength(1);
  expect(rig.guard.observed[0]?.response).toMatchObject({ status: 200, bytes: 5 });
  expect(rig.guard.observed[0]?.id).toBe(rig.guard.inspected[0]?.id);
});

test("pipelined requests are answered in order on one connection", async () => {
  const rig = await rigWith((request, response) => {
    setTimeout(() => response.end(`<${request.url}>`), request.url === "/1" ? 60 : 0);
  });
  const client = new RawClient(rig.port);
  client.send([1, 2, 3].map((n) => `GET /${n} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
  const text = await client.until((seen) => seen.includes("</3>"));
  expect([...text.matchAll(/<(\/\d)>/g)].map((match) => match[1])).toEqual(["/1", "/2", "/3"]);
  client.close();
});

test("forwarding headers of strangers are replaced, hop-by-hop headers and claims about us are dropped", async () => {
  let seen: NodeJS.Dict<string | string[]> = {};
  const rig = await rigWith((request, response) => {
    seen = request.headers;
    response.end();
  });
  const headers = [
    "X-Forwarded-For: 10.9.9.9",
    "Forwarded: for=10.9.9.9",
    "X-Real-IP: 10.9.9.9",
    "X-Request-Id: mine-12345678",
    "X-Gait-Score: 0",
    "Keep-Alive: timeout=5",
    "TE: trailers",
    "Connection: close, x-private",
    "X-Private: 1",
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  ];
  await exchangeRaw(rig.port, `GET / HTTP/1.1\r\nHost: a\r\n${headers.join("\r\n")}\r\n\r\n`);
  expect(seen).toMatchObject({ "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1" });
  expect(seen["x-request-id"]).toMatch(/^[0-9a-f]{16}$/);
  expect(seen.traceparent).toContain("0af7651916cd43dd");
  for (const name of ["forwarded", "x-gait-score", "keep-alive", "te", "x-private"])
    expect(seen).not.toHaveProperty(name);
});

test("forwarding headers of trusted proxies are believed and continued", async () => {
  let seen: NodeJS.Dict<string | string[]> = {};
  const rig = await rigWith(
    (request, response) => {
      seen = request.headers;
      response.end();
    },
    { trustedProxies: ["127.0.0.0/8", "10.0.0.0/8"] },
  );
  const text = await exchangeRaw(
    rig.port,
    "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7, 192.0.2.1, 10.1.1.1\r\nX-Forwarded-Proto: https\r\nX-Request-Id: abcdefgh-1\r\nConnection: close\r\n\r\n",
  );
  expect(rig.guard.inspected[0]?.client.ip).toBe("192.0.2.1");
  expect(rig.guard.inspected[0]?.request.scheme).toBe("https");
  expect(seen["x-forwarded-for"]).toBe("203.0.113.7, 192.0.2.1, 10.1.1.1, 127.0.0.1");
  expect(text).toContain("X-Request-Id: abcdefgh-1\r\n");
});

test("cookies, tokens and passwords never reach the engine", async () => {
  const rig = await rigWith((_, response) => response.setHeader("set-cookie", "sid=S3CRET-SET; HttpOnly").end());
  await exchangeRaw(
    rig.port,
    `GET /a?token=S3CRET-Q&x=1 HTTP/1.1\r\nHost: a\r\nCookie: sid=S3CRET-C; b=2\r\nAuthorization: Basic ${btoa("ann:S3CRET-P")}\r\nX-My-Token: S3CRET-H\r\nReferer: http://a/?password=S3CRET-R\r\nConnection: close\r\n\r\n`,
  );
  const exchange = rig.guard.observed[0];
  expect(JSON.stringify(exchange)).not.toMatch(/S3CRET|U0NDR|YW5u/);
  expect(exchange?.request.cookies.map((cookie) => cookie.name)).toEqual(["sid", "b"]);
  expect(exchange?.request.account).toBeGreaterThan(0);
  expect(exchange?.response?.setCookies[0]).toMatchObject({ name: "sid", httpOnly: true });
  expect(exchange?.request.query).toBe("token=[masked]&x=1");
});

test("observe mode never acts, enforce mode blocks and says nothing about why", async () => {
  const origin = await openOrigin((_, response) => response.end("origin"));
  closers.push(() => origin.close());
  for (const mode of ["observe", "enforce"] as const) {
    const rig = await openRig(origin.port, { mode });
    rig.guard.decide = (exchange) => verdictOf(exchange, { action: "block", rule: "detector-name" });
    const text = await exchangeRaw(rig.port, get);
    if (mode === "observe") expect(text).toMatch(/ 200 OK[\s\S]*origin$/);
    else expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden/);
    expect(text).not.toContain("detector-name");
    expect(rig.gateway.stats()[mode === "observe" ? "observed" : "actions"]).toEqual({ block: 1 });
    await rig.close();
  }
});

test("where the engine throws, the declared fail mode answers and is counted", async () => {
  const rig = await rigWith((_, response) => response.end("origin"), {
    routes: [{ paths: ["/login"], failMode: "closed" }],
  });
  rig.guard.decide = () => {
    throw new Error("planted");
  };
  expect(await exchangeRaw(rig.port, get)).toContain("200 OK");
  for (const path of ["/login", "/x/../login", "/%6cogin", "//login"]) {
    expect(await exchangeRaw(rig.port, get.replace("GET /", `GET ${path}`)), path).toContain("503 Service Unavailable");
  }
  expect(rig.gateway.stats().failures).toEqual({ open: 1, closed: 4 });
});

test("a WebSocket handshake becomes a tunnel in both directions", async () => {
  const origin = await openRawOrigin((socket) => {
    socket.once("data", () => {
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nhi",
      );
      socket.on("data", (chunk: Buffer) => socket.write(Buffer.concat([Buffer.from("echo "), chunk])));
    });
  });
  closers.push(() => origin.close());
  const rig = await openRig(origin.port);
  closers.push(() => rig.close());
  const client = new RawClient(rig.port).send(
    "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  );
  expect(await client.until((text) => text.endsWith("hi"))).toContain("101 Switching Protocols");
  client.send("\x81\x00raw");
  expect(await client.until((text) => text.includes("echo"))).toContain("echo \x81\x00raw");
  client.close();
});

test("a reload applies from the next request on and cuts nothing", async () => {
  const rig = await rigWith((_, response) => setTimeout(() => response.end("slow"), 100), { mode: "observe" });
  rig.guard.decide = (exchange) => verdictOf(exchange, { action: "block" });
  const client = new RawClient(rig.port).send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 30));
  rig.gateway.reload({ ...rig.options, mode: "enforce", revision: 2 });
  expect(await client.until((text) => text.includes("slow"))).toContain("200 OK");
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await client.until((text) => text.includes("403"))).toContain("403 Forbidden");
  client.close();
  expect(() => rig.gateway.reload({ ...rig.options, trustedProxies: ["10.0.0.0/40"] })).toThrow(/10\.0\.0\.0\/40/);
});

test("an expectation is met by us, and obfuscated ones are refused", async () => {
  const rig = await rigWith((request, response) => request.pipe(response));
  const client = new RawClient(rig.port).send(
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
  );
  await client.until((text) => text.includes("100 Continue\r\n\r\n"));
  client.send("abc");
  expect(await client.until((text) => text.includes("abc"))).toMatch(/100 Continue[\s\S]*200 OK[\s\S]*abc/);
  client.close();
  expect(
    await exchangeRaw(rig.port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: y 100-continue\r\n\r\n"),
  ).toContain(" 417 ");
});

test("PROXY headers of trusted peers name the client; others are not served", async () => {
  const rig = await rigWith((_, response) => response.end(), { proxyProtocol: true, trustedProxies: ["127.0.0.1"] });
  expect(await exchangeRaw(rig.port, `PROXY TCP4 198.51.100.7 10.0.0.1 4711 80\r\n${get}`)).toContain("200 OK");
  expect(rig.guard.inspected[0]?.client.ip).toBe("198.51.100.7");
  expect(await exchangeRaw(rig.port, get)).toBe("");
  const stranger = await rigWith((_, response) => response.end(), { proxyProtocol: true });
  expect(await exchangeRaw(stranger.port, `PROXY TCP4 198.51.100.7 10.0.0.1 4711 80\r\n${get}`)).toBe("");
});
