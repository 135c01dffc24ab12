import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { observesAll, testHashKey } from "#core";
import { createDecisionService, type DecisionService } from "../beside/decision-service.ts";
import { openOrigin, RecordingGuard, verdictOf } from "../testdata/gateway-rig.ts";
import { haproxyObserves, openSpoeAgent, type SpoeAgent } from "./spoe-agent.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-haproxy-"));
const guard = new RecordingGuard();
let service: DecisionService;
let agent: SpoeAgent;
let origin: Awaited<ReturnType<typeof openOrigin>>;
let haproxy: ReturnType<typeof spawn>;
let port = 0;
let seenByOrigin: string | undefined;

/** The deployed configuration, with its addresses replaced. */
function deployed(replacements: readonly (readonly [string, string])[]): void {
  for (const name of ["haproxy.cfg", "gait-spoe.conf"]) {
    const text = readFileSync(join("deploy/haproxy", name), "utf8");
    writeFileSync(
      join(folder, name),
      replacements.reduce((all, [from, to]) => all.replaceAll(from, to), text),
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

beforeAll(async () => {
  origin = await openOrigin((request, response) => {
    seenByOrigin = String(request.headers["x-gait-kind"]);
    response.setHeader("Set-Cookie", ["sid=abc; Path=/; HttpOnly", "lang=en; Path=/"]);
    response
      .writeHead(request.url === "/missing" ? 404 : 200, { "Content-Type": "text/html; charset=utf-8" })
      .end("hello");
  });
  service = createDecisionService({
    guard,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    hashKey: testHashKey,
    application: "shop",
    mode: "enforce",
    failMode: "open",
    observes: haproxyObserves,
  });
  agent = await openSpoeAgent(service, { host: "127.0.0.1", port: 0 });
  port = await freePort();
  deployed([
    ["127.0.0.1:8080", `127.0.0.1:${port}`],
    ["127.0.0.1:3000", `127.0.0.1:${origin.port}`],
    ["127.0.0.1:9001", `127.0.0.1:${agent.port}`],
  ]);
  haproxy = spawn("haproxy", ["-db", "-f", "haproxy.cfg"], { cwd: folder, stdio: "ignore" });
  for (let i = 0; i < 100; i++) {
    if (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("HAProxy did not answer; is the package haproxy installed (tools/install-parts.sh haproxy)?");
});

afterAll(async () => {
  haproxy.kill("SIGTERM");
  await agent.close();
  origin.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a real HAProxy with the deployed configuration", () => {
  test("shows the request as the client sent it, with every header, and every cookie of the answer", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/a%2Fb/../c?q=1&token=topsecret`, {
      headers: { "X-Odd-Name": "1", Cookie: "sid=abc; theme=dark" },
    });
    await response.text();
    await expect.poll(() => guard.observed.at(-1)?.response?.status).toBe(200);
    const exchange = guard.observed.at(-1);
    expect(exchange?.id).toBe(response.headers.get("x-request-id"));
    expect(exchange?.client.ip).toBe("127.0.0.1");
    expect(exchange?.request.method).toBe("GET");
    expect(exchange?.request.query).toContain("q=1");
    expect(JSON.stringify(exchange)).not.toContain("topsecret");
    expect(exchange?.request.cookies.map(({ name }) => name)).toEqual(["sid", "theme"]);
    expect(exchange?.request.headers.names.map((name) => name.toLowerCase())).toContain("x-odd-name");
    expect(exchange?.response?.setCookies.map(({ name, httpOnly }) => [name, httpOnly])).toEqual([
      ["sid", true],
      ["lang", false],
    ]);
    expect(exchange?.response?.contentType).toBe("text/html");
    expect(exchange?.observes).toMatchObject({ ...observesAll, tls: false, body: false });
  });

  test.each([
    ["block", 403],
    ["throttle", 429],
    ["deceive", 403],
    ["allow", 200],
    ["tag", 200],
  ] as const)("carries out %s with %i", async (action, status) => {
    guard.decide = (exchange) =>
      verdictOf(exchange, { action, kind: "automated", score: { total: 97, behaviour: 96, presentation: 50 } });
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { "X-Gait-Kind": "human" } });
    expect(response.status).toBe(status);
    // The client's own X-Gait-Kind never reaches the origin.
    if (status === 200) expect(seenByOrigin).toBe(action === "tag" ? "automated" : "undefined");
    guard.decide = (exchange) => verdictOf(exchange);
  });

  test("a refusal never reaches the engine as the origin's answer", async () => {
    guard.decide = (exchange) => verdictOf(exchange, { action: "block" });
    await fetch(`http://127.0.0.1:${port}/refused`);
    guard.decide = (exchange) => verdictOf(exchange);
    const refused = guard.observed.find(({ request }) => request.path === "/refused");
    expect(refused?.response).toBeUndefined();
  });

  test("many requests at once are each answered with their own verdict", async () => {
    guard.decide = (exchange) =>
      verdictOf(exchange, { action: exchange.request.query.endsWith("7") ? "block" : "allow" });
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => (await fetch(`http://127.0.0.1:${port}/?n=${i}`)).status),
    );
    expect(statuses.map((status, i) => (status === 403) === String(i).endsWith("7")).every(Boolean)).toBe(true);
    guard.decide = (exchange) => verdictOf(exchange);
    await expect.poll(() => service.stats().pending).toBe(0);
  });

  test("an engine that throws lets requests pass, and a dead agent does too", async () => {
    guard.decide = () => {
      throw new Error("planted");
    };
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(service.stats().failures).toBeGreaterThan(0);
    guard.decide = (exchange) => verdictOf(exchange);
    await agent.close();
    const before = performance.now();
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(performance.now() - before).toBeLessThan(2_000);
    agent = await openSpoeAgent(service, { host: "127.0.0.1", port: agent.port });
    const asked = service.stats().asked;
    await expect
      .poll(
        async () => {
          await fetch(`http://127.0.0.1:${port}/`);
          return service.stats().asked;
        },
        { timeout: 15_000 },
      )
      .toBeGreaterThan(asked);
  });
});
