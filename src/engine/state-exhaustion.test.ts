import { expect, test } from "vitest";
import { createRandom, type Exchange, noFingerprint, type Observes, observesAll } from "#core";
import { createEngine, type Engine } from "./index.ts";
import { testEngine } from "./testdata/rows.ts";

/**
 * State exhaustion: whoever mints sessions, user agents, paths, query keys and IPv6 prefixes must neither grow the
 * engine past its caps, nor wash a conviction away, nor push people's state out.
 *
 * Seen red: people lose their state when the two lists of the session table are one. The attacker's conviction stands on
 * three legs (an established session, a row worth keeping, the memory of verdicts): it falls only when all three are cut.
 */
const limits = { sessionsMax: 2_048, clientsMax: 4_096, userAgentsMax: 256, verdictMemoryMax: 1_024 } as const;
const floodRequests = 12_000;
const people = 100;
const start = Date.UTC(2026, 0, 5, 9);
const observes: Observes = { ...observesAll, cookies: false, setCookie: "none", headers: "logged" };

interface Made {
  readonly at: number;
  readonly ip: string;
  readonly path: string;
  readonly status?: number;
  readonly userAgent?: string;
  readonly query?: string;
  readonly referer?: string;
  readonly method?: string;
}

function exchange(made: Made): Exchange {
  return {
    id: "",
    at: made.at,
    application: "shop",
    client: { ip: made.ip, fingerprint: noFingerprint },
    request: {
      method: made.method ?? "GET",
      scheme: "https",
      host: "shop.example",
      path: made.path,
      query: made.query ?? "",
      protocol: "HTTP/1.1",
      headers: { names: [], values: [] },
      userAgent: made.userAgent ?? "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36",
      referer: made.referer ?? "",
      cookies: [],
      bodyBytes: -1,
      token: 0,
      account: 0,
      password: 0,
      tokens: [],
      oddities: [],
    },
    response: {
      status: made.status ?? 200,
      bytes: 1_000,
      durationMs: 5,
      contentType: "",
      location: "",
      setCookies: [],
      tokens: [],
    },
    observes,
  };
}

/** Somebody who opens a page with its parts, twice. */
function visit(engine: Engine, person: number, at: number): void {
  const ip = `192.0.2.${person}`;
  for (const [i, page] of ["/", "/shoes"].entries()) {
    const opened = at + i * 20_000;
    engine.exchange(exchange({ at: opened, ip, path: page, referer: i === 0 ? "" : "https://shop.example/" }));
    for (const part of ["/static/app.css", "/static/app.js"])
      engine.exchange(exchange({ at: opened + 200, ip, path: part, referer: `https://shop.example${page}` }));
  }
}

function flood(engine: Engine, at: number): void {
  const random = createRandom(8);
  const hex = (): string => Math.floor(random() * 0x1_0000).toString(16);
  for (let i = 0; i < floodRequests; i++) {
    engine.exchange(
      exchange({
        at: at + i * 5,
        ip: i % 2 === 0 ? `2001:db8:${hex()}:${hex()}::1` : `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
        path: `/${hex()}/${hex()}/${hex()}`,
        query: `${hex()}=${hex()}`,
        userAgent: `agent/${i}`,
        status: 404,
      }),
    );
  }
}

function attack(engine: Engine, at: number): void {
  for (let i = 0; i < 60; i++)
    engine.exchange(exchange({ at: at + i * 100, ip: "198.51.100.66", path: "/login", method: "POST", status: 401 }));
}

function attackerOf(engine: Engine, at: number): string {
  const login = exchange({ at, ip: "198.51.100.66", path: "/login", method: "POST", status: 401 });
  const verdict = engine.inspect(login);
  engine.observe(login);
  return verdict.kind;
}

function flooded(): { readonly engine: Engine; readonly after: number } {
  const engine = createEngine({ limits, seed: 5 });
  for (let person = 1; person <= people; person++) visit(engine, person, start + person * 100);
  attack(engine, start + 60_000);
  const after = start + 70_000;
  expect(attackerOf(engine, after)).toBe("automated");
  flood(engine, after + 1_000);
  return { engine, after: after + 1_000 + floodRequests * 5 };
}

test("an engine whose keys are minted stays within its caps and says what it let go", () => {
  const { engine } = flooded();
  const census = engine.census();
  expect(census.sessions).toBeLessThanOrEqual(limits.sessionsMax);
  expect(census.clients).toBeLessThanOrEqual(limits.clientsMax);
  expect(census.endpoints).toBeLessThanOrEqual(4_096);
  expect(census.sessionsEvicted).toBeGreaterThan(5_000);
  expect(census.clientsForgotten).toBeGreaterThan(5_000);
});

test("an attacker convicted before a flood of new keys is convicted after it", () => {
  const { engine, after } = flooded();
  expect(attackerOf(engine, after + 1_000)).toBe("automated");
});

test("at least 95 of 100 people keep their session and their history through a flood of new keys", () => {
  const { engine, after } = flooded();
  let kept = 0;
  for (let person = 1; person <= people; person++) visit(engine, person, after + person * 10);
  for (const view of engine.clients())
    if (view.ip.startsWith("192.0.2.") && view.requests === 12 && view.sessions === 1) kept++;
  expect(kept).toBeGreaterThanOrEqual(95);
});

test("a newcomer in the middle of the flood is judged as anybody else", () => {
  const engine = testEngine();
  flood(engine, start);
  visit(engine, 7, start + floodRequests * 5);
  const [person] = [...engine.clients()].filter(({ ip }) => ip === "192.0.2.7").map((view) => view.verdict().kind);
  expect(person).not.toBe("automated");
});
