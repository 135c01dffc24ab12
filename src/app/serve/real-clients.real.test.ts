import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Verdict } from "#core";
import { explain } from "#engine";
import { type DemoOrigin, openDemoOrigin } from "../demo/demo-origin.ts";
import { openServiceRig, type ServiceRig } from "./testdata/service-rig.ts";

const run = promisify(execFile);
const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
/** What each tool is asked to fetch: a scraper's work list. */
const paths: readonly string[] = [
  "/",
  "/products",
  ...[3, 7, 11, 19, 23, 31, 37, 41, 43, 47].map((id) => `/products/${id}`),
];
const journeys = 5;

let origin: DemoOrigin;
let rig: ServiceRig;
let browser: Browser;
let base = "";

beforeAll(async () => {
  origin = await openDemoOrigin();
  rig = await openServiceRig("", {
    env: { GAIT__UPSTREAM: origin.url, GAIT__TRUSTED_PROXIES: '["127.0.0.0/8"]' },
  });
  base = `http://127.0.0.1:${rig.port}`;
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await rig?.close();
  await origin?.close();
});

/** A journey as somebody takes it: reads, follows links on the page, now and then goes back. */
async function journey(number: number): Promise<string> {
  const ip = `198.51.100.${number}`;
  const context = await browser.newContext({ userAgent: chrome, extraHTTPHeaders: { "x-forwarded-for": ip } });
  const page = await context.newPage();
  let seed = number * 7_919;
  const chance = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  await page.goto(`${base}/`, { waitUntil: "load" });
  for (let step = 0; step < 8; step++) {
    await page.waitForTimeout(300 + 1_800 * chance() ** 2);
    const links = await page.locator("main a, ul a, a").all();
    const link = links[Math.floor(chance() * links.length)];
    if (chance() < 0.15) await page.goBack({ waitUntil: "load" });
    else if (link !== undefined) await Promise.all([page.waitForLoadState("load"), link.click()]);
  }
  await context.close();
  return ip;
}

/** A program in Python that fetches the list with one client object, cookies kept as the library keeps them. */
function python(library: "requests" | "aiohttp" | "httpx", ip: string): readonly [string, readonly string[]] {
  const head = `import sys\nbase=${JSON.stringify(base)}\npaths=${JSON.stringify(paths)}\nh={"User-Agent":${JSON.stringify(chrome)},"X-Forwarded-For":"${ip}"}\n`;
  const bodies = {
    requests: "import requests\ns=requests.Session()\ns.headers.update(h)\nfor p in paths: s.get(base+p)\n",
    httpx: "import httpx\nwith httpx.Client(headers=h) as s:\n  for p in paths: s.get(base+p)\n",
    aiohttp:
      "import asyncio,aiohttp\nasync def main():\n  jar=aiohttp.CookieJar(unsafe=True)\n  async with aiohttp.ClientSession(headers=h,cookie_jar=jar) as s:\n    for p in paths:\n      async with s.get(base+p) as r: await r.read()\nasyncio.run(main())\n",
  };
  return ["/usr/bin/python3", ["-c", head + bodies[library]]];
}

/** Each library client by name, with the address it comes from. */
const tools: Readonly<Record<string, (ip: string) => Promise<unknown>>> = {
  curl: (ip) =>
    run("curl", ["-s", "-A", chrome, "-H", `X-Forwarded-For: ${ip}`, ...paths.map((path) => base + path)], {
      maxBuffer: 1 << 24,
    }),
  "Python requests": (ip) => run(...python("requests", ip)),
  "Python httpx": (ip) => run(...python("httpx", ip)),
  "Python aiohttp": (ip) => run(...python("aiohttp", ip)),
  "undici (fetch of Node)": async (ip) => {
    for (const path of paths)
      await (await fetch(base + path, { headers: { "user-agent": chrome, "x-forwarded-for": ip } })).text();
  },
  "got-scraping": async (ip) => {
    const { gotScraping } = await import("got-scraping");
    // One made-up browser for the whole list; without the token it is another one with every request.
    const sessionToken = {};
    for (const path of paths)
      await gotScraping({
        url: base + path,
        headers: { "x-forwarded-for": ip },
        sessionToken,
        retry: { limit: 0 },
      });
  },
  impit: async (ip) => {
    const { Impit } = await import("impit");
    const client = new Impit({ browser: "chrome" });
    for (const path of paths) await (await client.fetch(base + path, { headers: { "x-forwarded-for": ip } })).text();
  },
};

interface Seen {
  readonly requests: number;
  readonly verdict: Verdict;
}

/** How the engine judges whoever came from an address, by now. */
function judged(ip: string): Seen {
  let most: Seen | undefined;
  for (const client of rig.service.engine.clients()) {
    if (client.ip !== ip || (most !== undefined && most.requests >= client.requests)) continue;
    most = { requests: client.requests, verdict: client.verdict() };
  }
  if (most === undefined) throw new Error(`nobody came from ${ip}`);
  return most;
}

test("every library client is told from every Chromium journey, with the reasons in words", async () => {
  const people = await Promise.all(Array.from({ length: journeys }, (_, i) => journey(i + 1)));
  let last = 0;
  const found = new Map<string, Seen>();
  for (const [name, tool] of Object.entries(tools)) {
    const ip = `203.0.113.${++last}`;
    await tool(ip);
    found.set(name, judged(ip));
  }
  const persons = people.map((ip) => judged(ip));
  for (const { verdict } of persons) console.log(`Chromium: ${verdict.kind}, score ${verdict.score.total}`);
  const worstPerson = Math.max(...persons.map(({ verdict }) => verdict.score.behaviour));
  for (const { verdict } of persons) expect(verdict.kind).not.toBeOneOf(["automated", "declared-bot"]);
  for (const [name, { verdict, requests }] of found) {
    const { summary, reasons } = explain(verdict);
    console.log(`${name}: ${verdict.kind}, score ${verdict.score.total}, ${requests} requests: ${summary}`);
    expect(requests, name).toBe(paths.length);
    expect(verdict.score.behaviour, name).toBeGreaterThan(worstPerson);
    expect(verdict.kind, `${name}: ${summary}`).toBe("automated");
    expect(
      reasons.filter(({ nats }) => nats > 1).map(({ sentence }) => sentence),
      name,
    ).not.toEqual([]);
  }
}, 180_000);
