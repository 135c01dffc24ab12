import { describe, expect, test } from "vitest";
import { type Exchange, keyedHash, readTrace, testHashKey } from "#core";
import { exportGraph } from "./intent-graph.ts";
import { Orchestration } from "./orchestration.ts";
import { renderDot, renderMermaid } from "./render-graph.ts";
import { restoreSnapshot, saveSnapshot } from "./snapshot.ts";

const endpoints = [
  { name: "GET /", sort: "page", sensitive: false },
  { name: "GET /login", sort: "page", sensitive: false },
  { name: "POST /login", sort: "other", sensitive: true },
  { name: "GET /list", sort: "page", sensitive: false },
  { name: "GET /data", sort: "other", sensitive: false },
  { name: "POST /hook", sort: "other", sensitive: false },
  { name: "GET /more", sort: "other", sensitive: false },
] as const;
const start = Date.UTC(2026, 0, 5, 9);
const keyCheck = keyedHash(testHashKey, "gait");

const person = `
  GET / 200 < sid=secret-value; Path=/; Max-Age=86400
  +9 GET /login 200 > sid=secret-value;_ga=g1 < csrf=token-value; Path=/login
  +9 POST /login 302 > csrf=token-value;sid=secret-value;_ga=g1
  +9 GET /list 200 > sid=secret-value;_ga=g1`;

function endpointOf({ request }: Exchange): number {
  return endpoints.findIndex(({ name }) => name === `${request.method} ${request.path}`) + 1;
}

function createShop(): Orchestration {
  const shop = new Orchestration({ sessionsMax: 2, limits: { issuedEpochBits: 8_192 } });
  for (const [index, endpoint] of endpoints.entries()) shop.describe(index + 1, endpoint);
  return shop;
}

function teach(shop: Orchestration, sessions: number): number {
  let now = start;
  for (let i = 0; i < sessions; i++) {
    const unique = person.replaceAll("secret-value", `secret-${i}`).replaceAll("token-value", `token-${i}`);
    shop.open(0, "default", start + i * 60_000);
    shop.anchor(0, { voter: i + 1, cohort: 0 }, start + i * 60_000);
    for (const exchange of readTrace(unique, { start: start + i * 60_000 })) {
      now = exchange.at;
      shop.request(0, exchange, { endpoint: endpointOf(exchange), now });
      shop.response(0, exchange, { endpoint: endpointOf(exchange), now });
    }
    shop.settle(0, { kind: "web", cohort: 0 }, now);
    shop.close(0);
  }
  return now;
}

describe("the learned graph", () => {
  const shop = createShop();
  const now = teach(shop, 150);
  const graph = exportGraph(shop, "default", now);
  const edge = (type: string, from: string, to: string) =>
    graph.edges.find((found) => found.type === type && found.from === from && found.to === to);

  test("knows who issues what, who needs what and what follows what", () => {
    expect(edge("issues", "GET /", "sid")).toMatchObject({ rate: 1, support: 150 });
    expect(edge("issues", "GET /login", "csrf")).toMatchObject({ rate: 1 });
    expect(edge("issues", "GET /list", "sid")).toBeUndefined();
    expect(edge("follows", "GET /login", "POST /login")).toMatchObject({ rate: 1 });
  });

  test("tells identities from flags, and script's cookies from the application's", () => {
    expect(graph.cookies.map(({ name, identity }) => [name, identity])).toEqual([
      ["sid", true],
      ["csrf", true],
    ]);
    expect(graph.cookies[0]?.lifetimeSeconds).toBe(86_400);
    expect(graph.cookies[1]?.lifetimeSeconds).toBeNull();
    expect(graph.scriptCookies.map(({ name }) => name)).toEqual(["_ga"]);
  });

  test("knows the preconditions of a log-in, with their support", () => {
    const web = graph.steps.find(({ endpoint, kind }) => endpoint === "POST /login" && kind === "web");
    const facts = web?.preconditions.map(({ fact }) => fact);
    expect(facts).toContain("GET /login");
    expect(facts).toContain("own-cookie");
    for (const { lower } of web?.preconditions ?? []) expect(lower).toBeGreaterThanOrEqual(0.95);
  });

  test("keeps the ways of browsers, apps and programs apart, one vote per account or credential and day", () => {
    const shop = createShop();
    teach(shop, 150);
    const visit = (i: number, trace: string, token: number): void => {
      const at = start + i * 60_000;
      shop.open(0, "default", at);
      for (const { request, ...rest } of readTrace(trace, { start: at })) {
        const exchange = { ...rest, request: { ...request, token } };
        shop.request(0, exchange, { endpoint: endpointOf(exchange), now: exchange.at });
        shop.response(0, exchange, { endpoint: endpointOf(exchange), now: exchange.at });
      }
      shop.settle(0, { cohort: 0 }, at + 30_000);
      shop.close(0);
    };
    const app = "POST /login 200\n+1 GET /data 200\n+1 GET /more 200";
    const program = "GET /data 200\n+1 POST /hook 200\n+1 GET /more 200";
    for (let i = 0; i < 120; i++) visit(i, app, 1_000 + i);
    for (let i = 0; i < 120; i++) visit(i, program, 9_000 + i);
    // One program, a thousand times: one vote.
    for (let i = 0; i < 1_000; i++) visit(i % 60, "POST /hook 200\n+1 GET /data 200", 77);
    const follows = exportGraph(shop, "default", start).edges.filter(({ type }) => type === "follows");
    const of = (kind: string) =>
      follows.filter((found) => found.kind === kind).map(({ from, to }) => `${from} > ${to}`);
    expect(of("web")).toContain("GET /login > POST /login");
    expect(of("web").join()).not.toMatch(/data|hook/);
    expect(of("native")).toEqual(["POST /login > GET /data", "GET /data > GET /more"]);
    expect(of("api")).toEqual(["GET /data > POST /hook", "POST /hook > GET /more"]);
    expect(follows.find(({ kind }) => kind === "api")?.support).toBe(120);
  });

  test("is plain JSON", () => {
    expect(JSON.parse(JSON.stringify(graph))).toEqual(graph);
  });

  test("is empty, not wrong, before anything was learned", () => {
    const empty = exportGraph(createShop(), "default", start);
    expect(empty.edges).toEqual([]);
    expect(empty.scriptCookies).toEqual([]);
  });

  test("chance makes no edges: fewer than 90 sessions leave none", () => {
    const young = createShop();
    expect(exportGraph(young, "default", teach(young, 80)).edges).toEqual([]);
  });

  test("can be drawn as DOT and as Mermaid", () => {
    expect(renderDot(graph)).toContain('"GET /" -> "cookie sid" [label="sets 100 %"];');
    expect(renderMermaid(graph)).toMatch(/n\d+ -->\|"then 100 %"\| n\d+/);
  });

  test("names that try to break out of the picture do not", () => {
    const hostile = {
      ...graph,
      endpoints: [{ id: 1, name: 'GET /"];\nevil', sort: "page" as const, sensitive: false }],
    };
    expect(renderDot(hostile)).toContain('"GET /\\"];?evil"');
  });
});

describe("a snapshot", () => {
  const shop = createShop();
  const now = teach(shop, 150);
  const bytes = saveSnapshot(shop, { now, keyCheck });
  const options = {
    now: now + 1_000,
    keyCheck,
    endpointOf: (name: string) => endpoints.findIndex((endpoint) => endpoint.name === name) + 1,
  };

  test("brings back the whole graph", () => {
    const next = createShop();
    expect(restoreSnapshot(next, bytes, options)).toEqual({ kind: "restored", savedAt: now, issuedValues: true });
    const before = exportGraph(shop, "default", now);
    expect(exportGraph(next, "default", now)).toEqual({ ...before, changes: [] });
    expect(saveSnapshot(next, { now, keyCheck })).toEqual(bytes);
  });

  test("recognises jars that were filled before the restart", () => {
    const next = createShop();
    restoreSnapshot(next, bytes, options);
    next.open(0, "default", now);
    const [exchange] = readTrace("GET / 200 > sid=secret-7", { start: now });
    if (exchange !== undefined) next.request(0, exchange, { endpoint: 1, now });
    expect(next.subject(0).ledger.inherited).toBe(1);
  });

  test("of another key brings structure back, and forgets the values", () => {
    const next = createShop();
    expect(restoreSnapshot(next, bytes, { ...options, keyCheck: 1 })).toMatchObject({ issuedValues: false });
    expect(exportGraph(next, "default", now).edges.length).toBeGreaterThan(0);
  });

  test("leaves out what hangs on endpoints that are gone", () => {
    const next = createShop();
    const gone = (name: string): number => (name === "GET /login" ? 0 : options.endpointOf(name));
    restoreSnapshot(next, bytes, { ...options, endpointOf: gone });
    const graph = exportGraph(next, "default", now);
    expect(graph.edges.some(({ from, to }) => from === "GET /login" || to === "GET /login")).toBe(false);
  });

  test("that was cut short, damaged or is of another version is refused and changes nothing", () => {
    const next = createShop();
    const flipped = bytes.slice();
    flipped[200] = (flipped[200] ?? 0) ^ 1;
    const newer = bytes.slice();
    newer[8] = 9;
    for (const bad of [bytes.subarray(0, 30), bytes.subarray(0, -1), flipped, newer, new Uint8Array(100)]) {
      expect(restoreSnapshot(next, bad, options).kind).toBe("refused");
    }
    expect(exportGraph(next, "default", now).edges).toEqual([]);
  });

  test("holds no cookie value", () => {
    const text = Buffer.from(bytes).toString("latin1");
    expect(text).not.toContain("secret-");
    expect(text).not.toContain("token-");
    expect(text).toContain("csrf");
  });
});
