import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ask, openServiceRig, type ServiceRig } from "../serve/testdata/service-rig.ts";

const atOnce = 20;
const workMs = 100;
const queuedMax = 250;
const floodConnections = 400;
const people = 3;
/** Worn by people and by the flood alike: what a client calls itself tells nobody from anybody. */
const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

interface LimitedOrigin {
  readonly server: Server;
  readonly port: number;
  /** Requests that it could not take. */
  shed: number;
  served: number;
  most: number;
}

/** A shop whose stock interface does twenty things at once, a tenth of a second each, lets 250 wait and turns the rest away. */
async function openLimitedOrigin(): Promise<LimitedOrigin> {
  const waiting: (() => void)[] = [];
  let busy = 0;
  const next = (): void => {
    while (busy < atOnce && waiting.length > 0) {
      busy++;
      waiting.shift()?.();
      setTimeout(() => {
        busy--;
        next();
      }, workMs);
    }
  };
  const server = createServer((request, response) => {
    request.resume();
    if (!(request.url ?? "").startsWith("/stock")) {
      response.setHeader("content-type", "text/html");
      if (request.headers.cookie === undefined)
        response.setHeader(
          "set-cookie",
          `sid=${Math.random().toString(36).slice(2).padEnd(16, "x")}; Path=/; HttpOnly`,
        );
      response.end(shopPage);
      return;
    }
    if (waiting.length >= queuedMax) {
      origin.shed++;
      response.writeHead(503).end("busy");
      return;
    }
    waiting.push(() => {
      origin.served++;
      setTimeout(() => response.end("stock: 3"), workMs);
    });
    origin.most = Math.max(origin.most, waiting.length + busy);
    next();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin: LimitedOrigin = { server, port: (server.address() as AddressInfo).port, shed: 0, served: 0, most: 0 };
  return origin;
}

const links = Array.from({ length: 8 }, (_, i) => `<a href="/product/${i + 1}">tea ${i + 1}</a>`).join(" ");
const shopPage = `<!doctype html><link rel=stylesheet href=/static/a.css><script src=/static/a.js></script>${links}<script>addEventListener("load", () => fetch("/stock/77"))</script>`;

let closing: (() => Promise<unknown> | unknown)[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gait-surge-"));
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Hundreds of clients at once that ask for nothing but the stock, each from an address of its own. */
function startFlood(port: number): ChildProcess {
  const script = join(folder, "flood.lua");
  writeFileSync(
    script,
    'request = function()\n  wrk.headers["X-Forwarded-For"] = "198.51." .. math.random(0, 255) .. "." .. math.random(1, 254)\n  wrk.headers["User-Agent"] = "CHROME"\n  return wrk.format("GET", "/stock/77")\nend\nfunction delay() return math.random(200, 400) end\n'.replace(
      "CHROME",
      chrome,
    ),
  );
  const child = spawn(
    "nice",
    ["-n", "15", "wrk", "-t1", `-c${floodConnections}`, "-d60s", "-s", script, `http://127.0.0.1:${port}/`],
    { stdio: "ignore" },
  );
  closing.push(() => child.kill("SIGKILL"));
  return child;
}

interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly stock: { readonly status: number; readonly tookMs: number }[];
}

async function openPerson(browser: Browser, port: number, number: number): Promise<Person> {
  const context = await browser.newContext({
    userAgent: chrome,
    extraHTTPHeaders: { "x-forwarded-for": `203.0.113.${number}` },
  });
  const page = await context.newPage();
  const stock: { readonly status: number; readonly tookMs: number }[] = [];
  page.on("response", (answer) => {
    if (answer.url().includes("/stock"))
      stock.push({ status: answer.status(), tookMs: Math.max(0, answer.request().timing().responseStart) });
  });
  await page.goto(`http://127.0.0.1:${port}/`, { waitUntil: "networkidle" });
  return { page, context, stock };
}

async function browse({ page }: Person, pages: number): Promise<void> {
  for (let i = 0; i < pages; i++) {
    await page.waitForTimeout(500 + 900 * Math.random());
    const all = await page.locator("a").all();
    const link = all[Math.floor(Math.random() * all.length)];
    await Promise.all([page.waitForLoadState("load"), link?.click()]);
  }
  await page.waitForTimeout(500);
}

/** People who are at the shop already, then a flood; tells what both got. */
async function surge(factor: number): Promise<{
  readonly origin: LimitedOrigin;
  readonly rig: ServiceRig;
  readonly seen: readonly Person["stock"][number][];
}> {
  const origin = await openLimitedOrigin();
  closing.push(() => {
    origin.server.closeAllConnections();
    origin.server.close();
  });
  let shiftMs = 0;
  const real = Date.now.bind(Date);
  vi.spyOn(Date, "now").mockImplementation(() => real() + shiftMs);
  const rig = await openServiceRig("", {
    env: {
      GAIT__UPSTREAM: `http://127.0.0.1:${origin.port}`,
      GAIT__MODE: "enforce",
      GAIT__TRUSTED_PROXIES: '["127.0.0.0/8"]',
      GAIT__POLICY__SURGE_FACTOR: String(factor),
    },
  });
  closing.push(() => rig.close());
  // A usual morning; the guard must know a day before it calls anything unusual.
  for (let i = 0; i < 20; i++)
    await ask(rig, { path: "/stock/77", headers: { "x-forwarded-for": `198.18.0.${i + 1}` } });
  shiftMs = 87_000_000;
  await ask(rig, { path: "/stock/77", headers: { "x-forwarded-for": "198.18.0.1" } });
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  closing.push(() => browser.close());
  const persons = await Promise.all(Array.from({ length: people }, (_, i) => openPerson(browser, rig.port, i + 1)));
  await Promise.all(persons.map((person) => browse(person, 8)));
  const before = persons.map(({ stock }) => stock.length);
  Object.assign(origin, { shed: 0, served: 0, most: 0 });
  const flood = startFlood(rig.port);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await Promise.all(persons.map((person) => browse(person, 8)));
  flood.kill("SIGKILL");
  const seen = persons.flatMap(({ stock }, i) => stock.slice(before[i]));
  const { recent } = rig.service.witness;
  const kinds = recent
    .newest(60, ({ ip }) => ip.startsWith("203.0.113."), Number.POSITIVE_INFINITY)
    .map(({ kind }) => kind);
  console.log(
    `factor ${factor}: people are ${[...new Set(kinds)].join(", ")}; of ${seen.length} answers to them ${seen.filter(({ status }) => status === 200).length} were whole, the slowest after ${Math.max(...seen.map(({ tookMs }) => tookMs)).toFixed(0)} ms; the origin served ${origin.served}, at most ${origin.most} at once, turned away ${origin.shed}; asked ${rig.service.witness.recent.added}`,
  );
  return { origin, rig, seen };
}

test("in a flood the origin stays inside its capacity and people are served as on any day", async () => {
  const { origin, seen } = await surge(5);
  expect(seen.length).toBeGreaterThanOrEqual(people * 5);
  expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
  expect(origin.shed).toBe(0);
  expect(origin.most).toBeLessThanOrEqual(atOnce + queuedMax);
}, 170_000);

test("without the guard the same flood takes the origin, and people with it", async () => {
  const { origin, seen } = await surge(0);
  expect(origin.shed).toBeGreaterThan(0);
  expect(seen.some(({ status }) => status !== 200)).toBe(true);
}, 170_000);
