import { execFile } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Exchange, testHashKey } from "#core";
import { type Gateway, openGateway } from "#edge";
import { createEngine, ruleVocabulary } from "#engine";
import { createRuleSet } from "#policy";
import { packNames } from "../../src/app/policy/rule-files.ts";
import { readPacks } from "../../src/app/policy/trial/test-packs.ts";
import { createTrialIntel } from "../../src/app/policy/trial/trial-intel.ts";

/** How an application answers: by the first pattern that matches, else 200 with a page. */
const answers: readonly (readonly [pattern: RegExp, status: number])[] = [
  [/^POST \/(api\/)?login/, 401],
  [/^POST \/(mfa|cards\/add|sim\/pin)/, 401],
  [/^POST \/payment/, 402],
  [/^(POST|GET) \/(api\/)?(giftcard|coupon(?!\/ok))/, 404],
  [/^POST \/(signup|comments)\/bad/, 422],
  [/^(POST|GET|PUT) \/(api\/)?(admin|invoices)/, 403],
  [/^GET \/reset|guess|^GET \/\.|\.(php|zip|sql|bak|json)$|swagger|actuator/, 404],
  [/^GET \/api\/broken/, 500],
  [/^GET \/api\/limited/, 429],
  [/^POST \/api\/bad/, 400],
  [/^POST \/api\/items|^GET \/api\/me/, 401],
];

function answer(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const line = `${request.method ?? ""} ${request.url ?? ""}`;
  const credential = request.headers.authorization ?? "";
  const right = credential.startsWith("Basic ") && atob(credential.slice(6)).endsWith(":right");
  const login = /^POST \/(api\/)?login/.test(line);
  const status = login && right ? 302 : (answers.find(([pattern]) => pattern.test(line))?.[1] ?? 200);
  const asset = /\.(css|js|ico)$/.test(request.url ?? "");
  response.writeHead(status, {
    "content-type": asset ? (line.endsWith("css") ? "text/css" : "text/javascript") : "text/html",
    ...(status === 302 ? { location: "/account" } : {}),
    ...(asset || request.headers.cookie !== undefined
      ? {}
      : { "set-cookie": "sid=8d1f6c2ab04e5978; Path=/; HttpOnly" }),
  });
  response.end(
    asset
      ? ""
      : '<link rel=stylesheet href=/static/a.css><script src=/static/a.js></script><a href="/product/7">tea</a> <a href="/product/9">cup</a><form method=post action=/cart><button>buy</button></form>',
  );
}

const rules = readPacks(packNames());
const set = createRuleSet(rules, ruleVocabulary, 1);
/** Rules that fired, by the address that the exchange came from. */
const fired = new Map<string, Set<string>>();
const origin = createServer(answer);
let gateway: Gateway | undefined;
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const engine = createEngine({ intel: createTrialIntel(), limits: { sessionsMax: 8_192, clientsMax: 16_384 } });
  engine.facts.follow(set.reads);
  const guard = {
    inspect(exchange: Exchange) {
      const verdict = engine.inspect(exchange);
      const subject = engine.facts.subject(exchange, verdict);
      for (const { name } of [...set.weigh(subject), ...set.decide(subject).matched]) {
        const here = fired.get(exchange.client.ip) ?? new Set();
        fired.set(exchange.client.ip, here.add(name));
      }
      return verdict;
    },
    observe: (exchange: Exchange) => engine.observe(exchange),
  };
  const upstream = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  gateway = await openGateway(
    {
      listen: [{ host: "127.0.0.1", port: 0, proxyProtocol: false }],
      applications: [{ name: "default", upstream: { name: "default", urls: [upstream] } }],
      trustedProxies: ["127.0.0.1/32"],
      mode: "observe",
      routes: [],
      failMode: "open",
      limits: {},
      http2Limits: {},
      hashKey: testHashKey,
      revision: 1,
    },
    guard,
  );
  port = gateway.addresses[0]?.port ?? 0;
});

afterAll(async () => {
  await gateway?.drain();
  origin.closeAllConnections();
  origin.close();
});

test("a person in Chromium fires no rule", async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ extraHTTPHeaders: { "X-Forwarded-For": "10.100.200.1" } });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.click("text=tea");
    await page.goBack();
    await page.click("text=cup");
    await page.click("text=buy");
    await page.waitForLoadState();
  } finally {
    await browser.close();
  }
  expect([...(fired.get("10.100.200.1") ?? [])]).toEqual([]);
});

test("at least a hundred rules fire on real clients that no trace was written from", async () => {
  const script = new URL("./real-clients.py", import.meta.url).pathname;
  await promisify(execFile)("/usr/bin/python3", [script, String(port)], { timeout: 170_000, maxBuffer: 10_000_000 });
  const names = new Set([...fired.values()].flatMap((here) => [...here]));
  console.log(
    `${names.size} of ${rules.length} rules fired on real clients; silent: ${rules.filter(({ name }) => !names.has(name)).length}`,
  );
  expect(names.size).toBeGreaterThanOrEqual(100);
});
