import { describe, expect, test } from "vitest";
import { observesAll, readTrace, type TraceOptions } from "#core";
import { Ledger } from "./ledger.ts";
import { type LedgerAxis, type LedgerRow, ledgerAxes } from "./ledger-row.ts";

interface Run {
  readonly ledger: Ledger;
  readonly row: LedgerRow;
  readonly events: Partial<Record<LedgerAxis, number>>;
}

/** Runs a trace through one ledger, each session of the trace in a slot of its own; the last one is looked at. */
function run(trace: string, options: TraceOptions & { readonly ledger?: Ledger } = {}): Run {
  const ledger = options.ledger ?? new Ledger({ sessionsMax: 8, limits: { issuedEpochBits: 65_536 } });
  let slot = -1;
  let address = "";
  for (const exchange of readTrace(trace, options)) {
    if (exchange.client.ip !== address) {
      address = exchange.client.ip;
      slot++;
      ledger.open(slot, exchange.application);
    }
    ledger.request(slot, exchange, exchange.at);
    ledger.response(slot, exchange, exchange.at + 40);
  }
  const row = ledger.row(slot);
  const events: Partial<Record<LedgerAxis, number>> = {};
  for (const axis of ledgerAxes) if (row.events(axis) > 0) events[axis] = row.events(axis);
  return { ledger, row, events };
}

describe("a browser that follows the rules", () => {
  test("is charged with nothing, and every return is counted", () => {
    const { row, events } = run(`
      GET /            200 < sid=a1; Path=/; HttpOnly < theme=dark; Max-Age=86400
      +5 GET /list     200 > theme=dark;sid=a1
      +5 GET /account/ 200 > theme=dark;sid=a1 < tab=x
      +5 GET /account/orders 200 > tab=x;theme=dark;sid=a1 < sid=a2; Path=/; HttpOnly
      +5 GET /account/orders 200 > tab=x;theme=dark;sid=a2
      +5 POST /logout  200 > theme=dark;sid=a2 < sid=; Path=/; Max-Age=0
      +5 GET /         200 > theme=dark`);
    expect(events).toEqual({});
    expect(row.opportunities("missing")).toBe(13);
    expect(row.opportunities("outOfScope")).toBe(2);
    expect(row.observed).toBe(true);
  });

  test("may answer late: what comes within the grace is neither owed nor stale", () => {
    const { row, events } = run(`
      GET /      200 < sid=a1
      +0.2 GET /a.css 200
      +0.5 GET /b.js 200
      +5 GET /x  200 > sid=a1 < sid=a2
      +0.3 GET /y 200 > sid=a1
      +5 GET /z  200 > sid=a2`);
    expect(events).toEqual({});
    expect(row.opportunities("missing")).toBe(2);
  });

  test("sends no cookies with preflights, manifests and icons", () => {
    const { events } = run(`
      GET /     200 < sid=a1
      +9 OPTIONS /api 204
      +9 GET /app/manifest.json 200
      +9 GET /favicon.ico 200`);
    expect(events).toEqual({});
  });

  test("owes nothing to requests that another site caused", () => {
    const { events } = run(`
      GET /     200 < sid=a1; SameSite=Strict
      +9 GET /land 200 "Sec-Fetch-Site: cross-site"
      +9 GET /land 200 "Referer: https://news.example/"
      +9 GET /land 200 > sid=a1 "Referer: https://shop.example/"`);
    expect(events).toEqual({});
  });

  test("brings its jar from an earlier visit, which makes it mature rather than suspicious", () => {
    const { row, events } = run(`
      GET /     200 < id=u7; Max-Age=31536000

      +100000 GET /  200 > id=u7
      +5 GET /list   200 > id=u7`);
    expect(events).toEqual({});
    expect(row.maturity).toBe(3);
    expect(row.inherited).toBe(1);
  });
});

describe("each event, and its neighbour that is none", () => {
  test("missing: a cookie in scope is not sent back once the grace is over", () => {
    expect(run("GET / 200 < sid=a1\n+2.9 GET /x 200").events).toEqual({});
    expect(run("GET / 200 < sid=a1\n+3.2 GET /x 200").events).toEqual({ missing: 1 });
    expect(run("GET / 200 < sid=a1; Path=/account\n+9 GET /x 200").events).toEqual({});
  });

  test("stale: the value before the current one comes after the grace", () => {
    expect(run("GET / 200 < s=1\n+9 GET / 200 > s=1 < s=2\n+9 GET / 200 > s=1").events).toEqual({ stale: 1 });
    expect(run("GET / 200 < s=1\n+9 GET / 200 > s=1 < s=2\n+1 GET / 200 > s=1").events).toEqual({});
  });

  test("never issued: a value nobody was given, under a name this session was", () => {
    expect(run("GET / 200 < s=1\n+9 GET / 200 > s=forged").events).toEqual({ neverIssued: 1 });
  });

  test("never issued stays unknown while an older jar could hold the value", () => {
    expect(run("GET / 200 < s=1\n\n+9 GET / 200 > s=from-before-we-looked").events).toEqual({});
    const day = 86_400;
    expect(run(`GET / 200 < s=1; Max-Age=3600\n\n+${15 * day} GET / 200 > s=forged`).events).toEqual({
      neverIssued: 1,
    });
  });

  test("unknown name: nobody issues it and no script is known to set it", () => {
    expect(run("GET / 200 > x=1").events).toEqual({ unknownName: 1 });
  });

  test("out of scope: wrong path, wrong host, plain channel", () => {
    expect(run("GET /account/ 200 < t=1\n+9 GET /shop 200 > t=1").events).toEqual({ outOfScope: 1 });
    expect(run("GET /account/ 200 < t=1\n+9 GET /account/x 200 > t=1").events).toEqual({});
    expect(run('GET / 200 < t=1; SameSite=Strict\n+9 GET / 200 > t=1 "Sec-Fetch-Site: cross-site"').events).toEqual({
      outOfScope: 1,
    });
  });

  test("ghost: a deleted cookie comes back after the grace", () => {
    const deleted = "GET / 200 < s=1\n+9 GET /out 200 > s=1 < s=; Max-Age=0\n";
    expect(run(`${deleted}+9 GET / 200 > s=1`).events).toEqual({ ghost: 1 });
    expect(run(`${deleted}+1 GET / 200 > s=1`).events).toEqual({});
    expect(run(`${deleted}+9 GET / 200`).events).toEqual({});
  });

  test("ghost by expiry waits a day, because clocks are wrong", () => {
    const set = "GET / 200 < s=1; Max-Age=600\n";
    expect(run(`${set}+1200 GET / 200 > s=1`).events).toEqual({});
    expect(run(`${set}+1200 GET / 200`).events).toEqual({});
    expect(run(`${set}+90000 GET / 200 > s=1`).events).toEqual({ ghost: 1 });
  });

  test("duplicate: the very same pair twice in one header", () => {
    expect(run("GET / 200 < s=1\n+9 GET / 200 > s=1;s=1").events).toEqual({ duplicate: 1 });
    const twoScopes = "GET /a/ 200 < s=1; Path=/ < s=1; Path=/a\n+9 GET /a/ 200 > s=1;s=1";
    expect(run(twoScopes).events).toEqual({});
  });

  test("order break: an order that no jar produces", () => {
    const jar = "GET /a/ 200 < aaa=1; Path=/ < bb=1; Path=/a < c=1; Path=/ < dddd=1; Path=/a\n";
    expect(run(`${jar}+9 GET /a/ 200 > bb=1;dddd=1;aaa=1;c=1`).events).toEqual({});
    expect(run(`${jar}+9 GET /a/ 200 > c=1;dddd=1;aaa=1;bb=1`).events).toEqual({ orderBreak: 1 });
  });

  test("order break: the same jar in another order than just before", () => {
    const jar = "GET / 200 < b=1 < a=1\n+9 GET / 200 > b=1;a=1\n";
    expect(run(`${jar}+1 GET / 200 > b=1;a=1`).events).toEqual({});
    expect(run(`${jar}+1 GET / 200 > a=1;b=1`).events).toEqual({ orderBreak: 1 });
  });
});

describe("an axis that was not fully observed is unknown", () => {
  test.each([
    ["only the first Set-Cookie", { setCookie: "first" as const }],
    ["no Set-Cookie", { setCookie: "none" as const }],
    ["no Cookie header", { cookies: false }],
    ["no responses", { response: false }],
  ])("%s", (_, part) => {
    const { row, events } = run("GET / 200 < s=1\n+9 GET / 200\n+9 GET / 200 > s=forged;x=1", {
      observes: { ...observesAll, ...part },
    });
    expect(events).toEqual({});
    expect(row.observed).toBe(false);
    expect(row.opportunities("missing")).toBe(0);
  });
});

describe("many people behind one key", () => {
  test("two jars that alternate mark the key as shared, and nothing missing is charged", () => {
    const { row, events } = run(`
      GET / 200 < s=1
      +9 GET / 200 < s=2
      +9 GET / 200 > s=1
      +9 GET / 200 < s=3
      +9 GET / 200 > s=1
      +9 GET / 200 > s=3
      +9 GET / 200 > s=1`);
    expect(row.shared).toBe(true);
    expect(events).toEqual({});
  });
});

describe("bounds", () => {
  test("a thirteenth cookie takes the place of the least informative one", () => {
    const sets = Array.from({ length: 30 }, (_, i) => `< c${i}=1`).join(" ");
    const { row } = run(`GET / 200 ${sets}`);
    expect(row.cookies).toBe(12);
  });

  test("counters stop at 64 opportunities", () => {
    const { row } = run(`GET / 200 < s=1\n${"+9 GET / 200\n".repeat(100)}`);
    expect(row.opportunities("missing")).toBe(64);
    expect(row.events("missing")).toBe(64);
  });

  test("names beyond the table are not tracked, and not charged", () => {
    const ledger = new Ledger({ sessionsMax: 1, limits: { cookieNames: 2, issuedEpochBits: 4096 } });
    const { events } = run("GET / 200 < a=1 < b=1 < c=1\n+9 GET / 200 > a=1;b=1", { ledger });
    expect(events).toEqual({});
  });

  test("more cookies than the cap in one header are not judged", () => {
    const many = Array.from({ length: 500 }, (_, i) => `x${i}=1`).join(";");
    const { row } = run(`GET / 200 > ${many}`);
    expect(row.opportunities("unknownName")).toBe(64);
  });

  test("a slot that is opened again remembers nothing", () => {
    const { ledger } = run("GET / 200 < s=1\n+9 GET / 200");
    ledger.open(0, "default");
    expect(ledger.row(0).events("missing")).toBe(0);
    expect(ledger.row(0).cookies).toBe(0);
  });
});
