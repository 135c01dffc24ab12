import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cookieSetFrom, type Exchange, keyedHash, noFingerprint, observesAll, testHashKey } from "#core";
import { Ledger } from "./ledger.ts";
import { browserRules, type OrderRule, orderRuleCount, orderRules } from "./order-rules.ts";

const run = promisify(execFile);
const paths = ["/start", "/shop/one", "/shop/two", "/shop/three", "/shop/four", "/account/five", "/shop/six"];

/** Creation, overwrite with a new value, overwrite with the same value, deletion, rebirth, nested paths. */
const answers: Readonly<Record<string, readonly string[]>> = {
  "/start": [
    "session=1; Path=/",
    "zz=1; Path=/",
    "b=1; Path=/",
    "longname_cookie=1; Path=/",
    "s1=1; Path=/shop",
    "acct=1; Path=/account",
    "flag=on; Path=/",
  ],
  "/shop/one": ["session=2; Path=/", "mid=1; Path=/shop", "b=; Path=/; Max-Age=0", "flag=on; Path=/"],
  "/shop/two": ["b=2; Path=/", "aaa=1; Path=/", "s1=2; Path=/shop"],
  "/shop/three": ["zz=2; Path=/", "deep=1; Path=/shop/four"],
};

let server: Server;
let origin: string;
let ledger: Ledger;
let headers: string[] = [];

function exchangeOf(path: string, cookie: string): Exchange {
  const pairs = cookie === "" ? [] : cookie.split("; ");
  return {
    id: "",
    at: Date.now(),
    application: "demo",
    client: { ip: "127.0.0.1", fingerprint: noFingerprint },
    request: {
      method: "GET",
      scheme: "http",
      host: "127.0.0.1",
      path,
      query: "",
      protocol: "HTTP/1.1",
      headers: { names: [], values: [] },
      userAgent: "",
      referer: "",
      cookies: pairs.map((pair) => {
        const cut = pair.indexOf("=");
        return { name: pair.slice(0, cut), value: keyedHash(testHashKey, pair.slice(cut + 1)) };
      }),
      bodyBytes: 0,
      token: 0,
      account: 0,
      password: 0,
      tokens: [],
      oddities: [],
    },
    response: {
      status: 200,
      bytes: 0,
      durationMs: 0,
      contentType: "text/html",
      location: "",
      setCookies: (answers[path] ?? []).map((header) => cookieSetFrom(header, testHashKey)),
      tokens: [],
    },
    observes: observesAll,
  };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? "/";
    const exchange = exchangeOf(path, request.headers.cookie ?? "");
    headers.push(`${path}  ${request.headers.cookie ?? ""}`);
    ledger.request(0, exchange, Date.now());
    ledger.response(0, exchange, Date.now());
    response.writeHead(200, { "content-type": "text/html", "set-cookie": [...(answers[path] ?? [])] });
    response.end("<!doctype html><title>demo</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

/** Lets a client walk through the origin and says which rules remain possible (within 3 nats of the best). */
async function walk(client: () => Promise<unknown>): Promise<readonly OrderRule[]> {
  ledger = new Ledger({ sessionsMax: 1 });
  ledger.open(0, "demo");
  headers = [];
  await client();
  const row = ledger.row(0);
  expect(row.orderSize, headers.join("\n")).toBeGreaterThanOrEqual(5);
  const weigh = (rule: number): number =>
    row.orderEvidence(Array.from({ length: orderRuleCount }, (_, i) => (i === rule ? 1 : 0)));
  return orderRules.filter((_, rule) => weigh(rule) > -1);
}

function needs(program: string, how: string): void {
  if (!existsSync(program)) throw new Error(`${program} is missing; install it with: ${how}`);
}

function python(script: string): Promise<unknown> {
  needs("/usr/bin/python3", "apt-get install python3-requests python3-httpx python3-aiohttp");
  const list = JSON.stringify(paths);
  return run("/usr/bin/python3", ["-c", `base=${JSON.stringify(origin)}\npaths=${list}\n${script}`]);
}

test("curl orders by path, domain and name length, then newest first", async () => {
  needs("/usr/bin/curl", "apt-get install curl");
  const urls = paths.flatMap((path) => [`${origin}${path}`]);
  expect(await walk(() => run("/usr/bin/curl", ["-s", "-b", "", ...urls]))).toEqual(["libcurl"]);
});

test("Python requests orders as http.cookiejar does", async () => {
  const script = "import requests\ns=requests.Session()\nfor p in paths: s.get(base+p)";
  const rules = await walk(() => python(script));
  expect(rules, headers.join("\n")).toContain("cpython");
  expect(rules).not.toContain("chromium");
});

test("Python httpx orders as http.cookiejar does", async () => {
  const script = "import httpx\ns=httpx.Client()\nfor p in paths: s.get(base+p)";
  const rules = await walk(() => python(script));
  expect(rules, headers.join("\n")).toContain("cpython");
  expect(rules).not.toContain("chromium");
});

test("aiohttp orders by name", async () => {
  const script = `import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as s:
        for p in paths:
            async with s.get(base+p) as r: await r.read()
asyncio.run(main())`;
  expect(await walk(() => python(script)), headers.join("\n")).toEqual(["alphabetical"]);
});

test("Chromium keeps a cookie's age only while its value stays, and breaks no rule of the ledger", async () => {
  needs("/usr/bin/chromium", "apt-get install chromium");
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    const rules = await walk(async () => {
      const page = await browser.newPage();
      for (const path of paths) await page.goto(`${origin}${path}`);
    });
    expect(rules, headers.join("\n")).toEqual(["chromium"]);
    const row = ledger.row(0);
    for (const axis of ["missing", "stale", "neverIssued", "outOfScope", "ghost", "duplicate", "orderBreak"] as const) {
      expect(row.events(axis), axis).toBe(0);
    }
    expect(browserRules).toContain(row.orderRule);
  } finally {
    await browser.close();
  }
});
