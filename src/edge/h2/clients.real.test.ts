import { execFile } from "node:child_process";
import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Exchange } from "#core";
import { openRig, type Rig } from "../testdata/gateway-rig.ts";
import { writePair } from "../tls/testdata/tls-origin.ts";

/** Real clients from Debian, in front of a gateway with TLS and one without; both offer HTTP/2. */
let secure: Rig;
let plain: Rig;
let closeOrigin: () => void;
const run = promisify(execFile);

beforeAll(async () => {
  const origin = createServer({ keepAliveTimeout: 60_000 }, answer);
  origin.on("upgrade", (request, socket) => {
    const accept = hash(
      "sha1",
      `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
      "base64",
    );
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    // One unmasked text frame, "hello".
    socket.write(Buffer.from([0x81, 5, ...Buffer.from("hello")]));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const { port } = origin.address() as AddressInfo;
  closeOrigin = () => {
    origin.closeAllConnections();
    origin.close();
  };
  secure = await openRig(port, { reuse: "shared", tls: { certificates: [writePair(["shop.example", "127.0.0.1"])] } });
  plain = await openRig(port, { reuse: "shared" });
});

afterAll(async () => {
  await secure.close();
  await plain.close();
  closeOrigin();
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    let sent = 0;
    const timer = setInterval(() => {
      response.write(`data: ${++sent}\n\n`);
      if (sent === 3) {
        clearInterval(timer);
        response.end();
      }
    }, 20);
    return;
  }
  if (request.method === "POST") {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => response.end(String(bytes)));
    return;
  }
  if (request.url === "/") {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>ready</title><p>page");
    return;
  }
  response.end("ok");
}

async function curl(rig: Rig, ...args: readonly string[]): Promise<string> {
  const scheme = rig === secure ? "https" : "http";
  const { stdout } = await run("curl", [
    "-sk",
    "-w",
    " %{http_version} %{http_code}",
    ...args,
    `${scheme}://127.0.0.1:${rig.port}/x`,
  ]);
  return stdout;
}

function last(rig: Rig): Exchange | undefined {
  return rig.guard.inspected.at(-1);
}

test.each([
  ["--http1.0", "1.0", "1.1"],
  ["--http1.1", "1.1", "1.1"],
  ["--http2", "2", "1.1"],
  ["--http2-prior-knowledge", "2", "2"],
])("curl %s gets its answer with TLS and without", async (flag, overTls, overTcp) => {
  const versions = [
    overTls === "1.0" ? /^ok 1\.[01] 200$/ : new RegExp(`^ok ${overTls} 200$`),
    new RegExp(`^ok (?:${overTcp}|${overTls}) 200$`),
  ];
  // Over TLS, "prior knowledge" is what ALPN agrees on; this curl refuses the combination, so plain only.
  if (flag !== "--http2-prior-knowledge") expect(await curl(secure, flag)).toMatch(versions[0] as RegExp);
  // `Upgrade: h2c` is refused by design: a tunnel around every rule. curl asks for it with --http2 on a clear connection.
  if (flag === "--http2") expect(await curl(plain, flag)).toMatch(/ 400$/);
  else expect(await curl(plain, flag)).toMatch(versions[1] as RegExp);
});

test("curl's fingerprints are those of its libraries, over both protocols one stable form", async () => {
  await curl(secure, "--http2");
  const two = last(secure)?.client.fingerprint;
  await curl(secure, "--http1.1");
  const one = last(secure)?.client.fingerprint;
  expect(two?.ja4).toMatch(/^t13i\d{4}h2_/);
  expect(two?.h2).toMatch(/^[\d:;]+\|\d+\|0\|m,p,s,a$/);
  expect(one?.tls).toBe(two?.tls);
  expect(one?.h2).toBe("");
});

test("curl uploads 30 MB and downloads over HTTP/2", async () => {
  const { stdout } = await run("sh", [
    "-c",
    `head -c 30000000 /dev/zero | curl -sk --http2 -X POST --data-binary @- -w ' %{http_version}' https://127.0.0.1:${secure.port}/up`,
  ]);
  expect(stdout).toBe("30000000 2");
});

test("h2load: every request of 20 connections x 10 streams succeeds, with TLS and by prior knowledge", async () => {
  for (const url of [`https://127.0.0.1:${secure.port}/x`, `http://127.0.0.1:${plain.port}/x`]) {
    const { stdout } = await run("h2load", ["-n", "5000", "-c", "20", "-m", "10", url]);
    expect(stdout).toMatch(/5000 succeeded, 0 failed, 0 errored, 0 timeout/);
    expect(stdout).toMatch(/status codes: 5000 2xx/);
  }
}, 60_000);

test("openssl resumes its session, under TLS 1.2 and 1.3", async () => {
  for (const version of ["-tls1_2", "-tls1_3"]) {
    const { stdout } = await run("sh", [
      "-c",
      `d=$(mktemp -d); { printf 'GET /x HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n'; sleep 0.5; } | openssl s_client ${version} -quiet -sess_out $d/s -connect 127.0.0.1:${secure.port} >/dev/null 2>&1; echo | openssl s_client ${version} -sess_in $d/s -connect 127.0.0.1:${secure.port} 2>/dev/null | grep -E '^(New|Reused)'; rm -r $d`,
    ]);
    expect(stdout).toMatch(/^Reused/);
  }
});

test("Chromium loads a page, a WebSocket, server-sent events and an upload, with one TLS identity", async () => {
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error("Chromium is missing: apt-get install chromium");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--ignore-certificate-errors"] });
  try {
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    const from = secure.guard.inspected.length;
    await page.goto(`https://127.0.0.1:${secure.port}/`);
    expect(await page.title()).toBe("ready");
    const results = await page.evaluate(`(async () => {
      const socket = new WebSocket("wss://" + location.host + "/chat");
      const spoken = await new Promise((resolve, reject) => { socket.onmessage = (m) => resolve(m.data); socket.onerror = () => reject(new Error("socket")); });
      socket.close();
      const events = await new Promise((resolve) => { const seen = []; const source = new EventSource("/events"); source.onmessage = (m) => { seen.push(m.data); if (seen.length === 3) { source.close(); resolve(seen.join()); } }; });
      const uploaded = await (await fetch("/up", { method: "POST", body: new Uint8Array(3000000) })).text();
      return { spoken, events, uploaded };
    })()`);
    expect(results).toEqual({ spoken: "hello", events: "1,2,3", uploaded: "3000000" });
    const seen = secure.guard.inspected.slice(from);
    const chat = seen.find(({ request }) => request.path === "/chat");
    const upload = seen.find(({ request }) => request.path === "/up");
    expect(upload?.request.protocol).toBe("HTTP/2.0");
    expect(upload?.client.fingerprint.ja4).toMatch(/^t13i\d{4}h2_/);
    expect(upload?.client.fingerprint.h2).toMatch(/^1:65536;2:0;4:\d+;6:\d+\|\d+\|0\|m,a,s,p$/);
    expect(chat).toBeDefined();
    expect(new Set(seen.map(({ client }) => client.fingerprint.tls)).size).toBe(1);
  } finally {
    await browser.close();
  }
}, 90_000);
