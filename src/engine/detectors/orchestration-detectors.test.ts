import { describe, expect, test } from "vitest";
import { type Exchange, keyedHash, observesAll, testHashKey } from "#core";
import { orchestrationDetectors } from "./orchestration-detectors.ts";
import { bare, byName, createShop, person, teach, walk } from "./testdata/shop.ts";

describe("people", () => {
  test("hear nothing, before and after learning", () => {
    const shop = createShop();
    expect(walk(shop, person)).toEqual([]);
    teach(shop, 200);
    expect(walk(shop, person)).toEqual([]);
  });

  test("who refuses cookies is noticed but never by anything persona-proof", () => {
    const shop = createShop();
    teach(shop, 300);
    const pages = "+9 GET /list 200 < sid=x\n".repeat(30);
    const signals = walk(shop, `GET / 200 < sid=s1\n${pages}`);
    const proof = new Set(orchestrationDetectors.filter(({ personaProof }) => personaProof).map(({ name }) => name));
    expect(byName(signals)["cookie-missing"]).toBeGreaterThan(1);
    expect(signals.filter(({ detector }) => proof.has(detector))).toEqual([]);
  });

  test("who empties the jar at close returns as a stranger, not as a suspect", () => {
    const shop = createShop();
    teach(shop, 200);
    expect(walk(shop, person, { start: Date.UTC(2026, 0, 20) })).toEqual([]);
  });

  test("who comes back after days speaks for himself", () => {
    const shop = createShop();
    walk(shop, "GET / 200 < id=u7; Max-Age=31536000");
    const signals = walk(shop, "GET / 200 > id=u7\n+9 GET /list 200 > id=u7", { start: Date.UTC(2026, 0, 8) });
    expect(byName(signals)).toEqual({ "jar-maturity": -1.5 });
  });
});

describe("a log-in without what people do first", () => {
  test("is only noticed while a native app could exist", () => {
    const shop = createShop();
    const nats = byName(walk(shop, bare))["precondition-missed"] ?? 0;
    expect(nats).toBeGreaterThan(0.3);
    expect(nats).toBeLessThan(2);
  });

  test("weighs more with every honest session that shows how rare it is", () => {
    const shop = createShop();
    teach(shop, 100);
    const early = byName(walk(shop, bare))["precondition-missed"] ?? 0;
    teach(shop, 2_000, { start: Date.UTC(2026, 0, 6) });
    const late = walk(shop, bare).find(({ detector }) => detector === "precondition-missed");
    expect(early).toBeGreaterThan(2);
    expect(late?.nats).toBeGreaterThan(early);
    expect(late?.evidence.missed).toContain("GET /login");
    expect(late?.evidence.missed).toContain("own-cookie");
  });

  test("stays harmless where a native app logs in like that, unless the app's own calls are missing", () => {
    const shop = createShop();
    const app = "GET /config 200\nPOST /login 200";
    teach(shop, 200);
    teach(shop, 200, { kind: "native" }, app);
    expect(byName(walk(shop, app))["precondition-missed"] ?? 0).toBeLessThan(0.7);
    expect(byName(walk(shop, bare))["precondition-missed"] ?? 0).toBeGreaterThan(2);
  });

  test("says nothing about what the connector does not show", () => {
    const shop = createShop();
    teach(shop, 200);
    const observes = { ...observesAll, cookies: false, setCookie: "none" as const, referer: false };
    const seen = "GET /login 200\nGET /app.js 200\n+9 GET / 200\nPOST /login 200";
    expect(walk(shop, seen, { observes })).toEqual([]);
  });
});

describe("script", () => {
  const noScript = person.replaceAll(";_ga=g1", "");

  test("is missed only where honest clients are known to run it", () => {
    const shop = createShop();
    expect(walk(shop, noScript)).toEqual([]);
    teach(shop, 100);
    expect(byName(walk(shop, noScript))["js-cookies-absent"]).toBeGreaterThan(2);
  });

  test("is learned from honest clients, also under names nobody knows", () => {
    const shop = createShop();
    teach(shop, 100, {}, person.replaceAll("_ga=", "house_beacon="));
    expect(byName(walk(shop, noScript))["js-cookies-absent"]).toBeGreaterThan(2);
  });

  test("cannot be taught by clients that nobody vouches for", () => {
    const shop = createShop();
    for (let i = 0; i < 200; i++) walk(shop, person.replaceAll("_ga=", "planted="));
    expect(walk(shop, noScript)).toEqual([]);
  });
});

describe("things no jar does", () => {
  const jar = "GET / 200 < aaaa=1; Path=/ < b=1; Path=/ < ccc=1; Path=/ < dd=1; Path=/ < e=1; Path=/\n";

  test.each([
    ["cookie-never-issued", `${jar}+9 GET / 200 > aaaa=forged;b=forged;ccc=forged;dd=forged;e=forged`],
    [
      "cookie-ghost",
      `${jar}+9 GET / 200 > aaaa=1;b=1;ccc=1;dd=1;e=1 < b=; Max-Age=0; Path=/\n+9 GET / 200 > aaaa=1;b=1;ccc=1;dd=1;e=1`,
    ],
    ["cookie-out-of-scope", "GET /login 200 < t=1; Path=/login\n+9 GET / 200 > t=1"],
    ["cookie-duplicate", `${jar}+9 GET / 200 > aaaa=1;b=1;ccc=1;dd=1;e=1;e=1`],
    ["cookie-order", `${jar}+9 GET / 200 > dd=1;aaaa=1;e=1;ccc=1;b=1`],
  ])("%s speaks, and is persona-proof", (name, trace) => {
    const signal = walk(createShop(), trace).find(({ detector }) => detector === name);
    expect(signal?.nats).toBeGreaterThan(1);
    expect(orchestrationDetectors.find((detector) => detector.name === name)?.personaProof).toBe(true);
  });

  test("a stale value is worth something, but a race explains it", () => {
    const shop = createShop();
    const stale = "GET / 200 < s=1\n+9 GET / 200 > s=1 < s=2\n+9 GET / 200 > s=1\n+9 GET / 200 > s=1";
    expect(byName(walk(shop, stale))["cookie-stale"]).toBeGreaterThan(0.5);
  });

  test("curl's order is told from a browser's once three cookies are held, and the reason says so", () => {
    const curl = walk(createShop(), `${jar}+9 GET / 200 > aaaa=1;ccc=1;dd=1;e=1;b=1`);
    const order = curl.find(({ detector }) => detector === "cookie-order");
    expect(order?.evidence.rule).toBe("libcurl");
    expect(walk(createShop(), `${jar}+9 GET / 200 > aaaa=1;b=1;ccc=1;dd=1;e=1`)).toEqual([]);
  });

  test("order is silent where a proxy sorts everybody's cookies", () => {
    const shop = createShop();
    const sorted = "GET / 200 < z=1; Path=/ < m=1; Path=/ < a=1; Path=/\n+9 GET / 200 > a=1;m=1;z=1";
    expect(byName(walk(shop, sorted))["cookie-order"]).toBeGreaterThan(1);
    for (let i = 0; i < 60; i++) walk(shop, sorted, { voter: `v${i}` });
    expect(byName(walk(shop, sorted))["cookie-order"]).toBeUndefined();
  });
});

describe("state tokens", () => {
  const token = (text: string): number => keyedHash(testHashKey, text);
  const flow =
    (used: string) =>
    (exchange: Exchange): Exchange => {
      const { request, response } = exchange;
      if (request.method === "POST") return { ...exchange, request: { ...request, tokens: [token(used)] } };
      if (response === undefined) return exchange;
      return { ...exchange, response: { ...response, tokens: [token("nonce-1")] } };
    };
  const trace = "GET /list 200\n+5 POST /order 200\n+5 POST /order 200";

  test("consumed without having been issued are charged once honest clients show the rule", () => {
    const shop = createShop();
    expect(walk(shop, trace, { tokens: flow("invented") })).toEqual([]);
    for (let i = 0; i < 100; i++) walk(shop, trace, { tokens: flow("nonce-1"), voter: `v${i}` });
    expect(walk(shop, trace, { tokens: flow("nonce-1") })).toEqual([]);
    expect(byName(walk(shop, trace, { tokens: flow("invented") }))["token-without-issuance"]).toBeGreaterThan(1);
  });
});

describe("a deploy", () => {
  test("that moves where a token comes from is relearned; one cohort that makes tokens up is not heard", () => {
    const shop = createShop();
    const token = (text: string): number => keyedHash(testHashKey, text);
    const trace = "GET /list 200\n+5 POST /order 200\n+5 POST /order 200";
    const brings =
      (used: string) =>
      (exchange: Exchange): Exchange => {
        const { request, response } = exchange;
        if (request.method === "POST") return { ...exchange, request: { ...request, tokens: [token(used)] } };
        return response === undefined ? exchange : { ...exchange, response: { ...response, tokens: [token("nonce")] } };
      };
    const charged = (): boolean => "token-without-issuance" in byName(walk(shop, trace, { tokens: brings("made up") }));
    for (let i = 0; i < 200; i++) walk(shop, trace, { tokens: brings("nonce"), voter: `v${i}`, cohort: i % 8 });
    for (let i = 0; i < 80; i++) walk(shop, trace, { tokens: brings("made up"), cohort: 99 });
    expect(shop.watch.changes().at(-1)).toMatchObject({ kind: "cohort" });
    expect(charged()).toBe(true);
    const day = { start: Date.UTC(2026, 0, 6) };
    for (let i = 0; i < 60; i++)
      walk(shop, trace, { tokens: brings("of the page"), voter: `w${i}`, cohort: i % 8, ...day });
    const words = "tokens that POST /order is brought were issued before";
    expect(shop.watch.changes().at(-1)).toMatchObject({ kind: "deploy", edge: words });
    expect(charged()).toBe(false);
  });

  test("that drops script's cookies for everybody silences the axis; one cohort alone does not", () => {
    const shop = createShop();
    const later = person.replaceAll(";_ga=g1", "");
    for (let i = 0; i < 200; i++) walk(shop, person, { voter: `v${i}`, cohort: i % 8 });
    expect(byName(walk(shop, later))["js-cookies-absent"]).toBeGreaterThan(2);
    for (let i = 0; i < 80; i++) walk(shop, later, { cohort: 99 });
    expect(shop.watch.changes().at(-1)?.kind).toBe("cohort");
    expect(byName(walk(shop, later))["js-cookies-absent"]).toBeGreaterThan(2);
    for (let i = 0; i < 60; i++) walk(shop, later, { voter: `w${i}`, cohort: i % 8, start: Date.UTC(2026, 0, 6) });
    expect(shop.watch.changes().at(-1)?.kind).toBe("deploy");
    expect(walk(shop, later)).toEqual([]);
  });
});
