import { describe, expect, test } from "vitest";
import { type Intel, noIntel, readTrace, unknownNetwork } from "#core";
import type { Engine } from "../engine.ts";
import { testEngine } from "../testdata/rows.ts";

/** 20.x is Berlin, 21.x Sydney, 22.x Potsdam, 23.x a VPN's exit in Sydney. */
const places: Readonly<Record<string, readonly [number, number]>> = {
  20: [52.52, 13.405],
  21: [-33.87, 151.21],
  22: [52.4, 13.07],
  23: [-33.87, 151.21],
};
const intel: Intel = {
  ...noIntel,
  network(ip) {
    const first = ip.split(".")[0] ?? "";
    const [latitude, longitude] = places[first] ?? [Number.NaN, Number.NaN];
    return { ...unknownNetwork, latitude, longitude, categories: first === "23" ? ["vpn"] : [] };
  },
};
const start = Date.UTC(2026, 0, 5);
const hour = 3_600_000;

/** Signals of the last of these log-ins, each `[address, hours since the start]`. */
function travel(
  engine: Engine,
  logins: readonly (readonly [ip: string, hours: number, status?: number])[],
): readonly string[] {
  let found: readonly string[] = [];
  for (const [ip, hours, status = 302] of logins) {
    for (const exchange of readTrace(`@${ip} #ann POST /login ${status}`, { start: start + hours * hour })) {
      const { signals, kind } = engine.inspect(exchange);
      engine.observe(exchange);
      expect(kind).not.toBe("automated");
      found = signals
        .filter(({ group }) => group === "travel")
        .map(({ nats, evidence }) => `${nats} ${evidence.km} km`);
    }
  }
  return found;
}

describe("an account where it cannot be", () => {
  const cases: Readonly<
    Record<string, readonly [logins: readonly (readonly [string, number, number?])[], said: number]>
  > = {
    "Berlin, then Sydney two hours later": [
      [
        ["20.0.0.1", 0],
        ["21.0.0.1", 2],
      ],
      1,
    ],
    "Berlin, then Sydney two days later": [
      [
        ["20.0.0.1", 0],
        ["21.0.0.1", 48],
      ],
      0,
    ],
    "Berlin, then Potsdam": [
      [
        ["20.0.0.1", 0],
        ["22.0.0.1", 0.1],
      ],
      0,
    ],
    "a VPN's exit in Sydney": [
      [
        ["20.0.0.1", 0],
        ["23.0.0.1", 1],
      ],
      0,
    ],
    "an account that uses VPNs": [
      [
        ["20.0.0.1", 0],
        ["23.0.0.1", 1],
        ["20.0.0.1", 2],
      ],
      0,
    ],
    "refused in Sydney, at home in Berlin": [
      [
        ["20.0.0.1", 0],
        ["21.0.0.1", 1, 401],
        ["20.0.0.1", 2],
      ],
      0,
    ],
  };
  for (const [name, [logins, said]] of Object.entries(cases)) {
    test(name, () => expect(travel(testEngine({ intel }), logins)).toHaveLength(said));
  }

  test("says two nats at most, which decides nothing", () => {
    const [words = ""] = travel(testEngine({ intel }), [
      ["20.0.0.1", 0],
      ["21.0.0.1", 0.01],
    ]);
    expect(Number.parseFloat(words)).toBeLessThanOrEqual(2);
    expect(words).toMatch(/160\d\d km/);
  });
});

test("log-ins that grow against the same hour of last week are named by what kind they are", () => {
  const engine = testEngine({ intel });
  const feed = (trace: string, at: number): void => {
    for (const exchange of readTrace(trace, { start: at })) engine.exchange(exchange);
  };
  const usual = Array.from({ length: 60 }, (_, i) => `+20 @20.0.1.${i} #u${i} POST /login 302`).join("\n");
  feed(usual, start);
  expect(engine.loginShift()).toBeUndefined();
  const week = 168 * hour;
  feed("+1 @20.0.9.9 GET / 200", start + week - hour);
  feed(Array.from({ length: 60 }, (_, i) => `+20 @20.0.1.${i} #u${i} POST /login 302`).join("\n"), start + week);
  feed(
    Array.from({ length: 80 }, (_, i) => `+1 @21.0.2.${i} #v${i} POST /login 401`).join("\n"),
    start + week + 0.4 * hour,
  );
  const shift = engine.loginShift();
  expect(shift?.p).toBeLessThan(1e-6);
  expect(shift?.cells[0]?.cell).toMatch(/no page before · fresh jar · unknown network · refused/);
});

test("the pause before the log-in is part of its kind, and what the same hour was like outlives a restart", () => {
  const pages = (address: string, seconds: number, status: number): string =>
    `+1 @${address} GET /login 200\n+${seconds} @${address} POST /login ${status}`;
  const usual = Array.from({ length: 60 }, (_, i) => pages(`20.0.1.${i}`, 30, 302)).join("\n");
  const before = testEngine({ intel });
  const feed = (engine: Engine, trace: string, at: number): void => {
    for (const exchange of readTrace(trace, { start: at })) engine.exchange(exchange);
  };
  feed(before, usual, start);
  const week = 168 * hour;
  const engine = testEngine({ intel });
  expect(engine.learned.restore(before.learned.save(start + hour), start + week - hour)).toMatchObject({
    kind: "restored",
  });
  feed(engine, "+1 @20.0.9.9 GET / 200", start + week - hour);
  feed(engine, usual, start + week);
  feed(
    engine,
    Array.from({ length: 80 }, (_, i) => pages(`21.0.2.${i}`, 15, 401)).join("\n"),
    start + week + 0.55 * hour,
  );
  const shift = engine.loginShift();
  expect(shift?.p).toBeLessThan(1e-6);
  expect(shift?.cells[0]?.cell).toMatch(/from a page after 10-20 s · .* · refused/);
  expect(shift?.cells[0]?.expected).toBeLessThan(2);
});

test("a step that names no account is held against the account it logged in to, where that log-in was unlike the account", () => {
  const engine = testEngine({ intel: { ...intel, network: placed } });
  const visit = (trace: string, hours: number): readonly string[] => {
    let said: readonly string[] = [];
    for (const exchange of readTrace(trace, { start: start + hours * hour })) {
      said = engine.inspect(exchange).signals.map(({ detector }) => detector);
      engine.observe(exchange);
    }
    return said;
  };
  for (let day = 0; day < 20; day++) visit(`@20.0.0.1 #ann POST /login 302 "User-Agent: Mozilla/5.0 (own)"`, 24 * day);
  const own = `@20.0.0.1 #ann POST /login 302 "User-Agent: Mozilla/5.0 (own)"
    +40 POST /account/email 200 "User-Agent: Mozilla/5.0 (own)"`;
  const taken = `@21.0.0.1 #ann POST /login 302 "User-Agent: Mozilla/5.0 (other)"
    +40 POST /account/email 200 "User-Agent: Mozilla/5.0 (other)"`;
  expect(visit(own, 24 * 20)).not.toContain("takeover-chain");
  expect(visit(taken, 24 * 21)).toContain("takeover-chain");
  const mine = `@20.0.0.1 #ann POST /login 302 "User-Agent: Mozilla/5.0 (own)"
    +40 GET /account/export 200 "User-Agent: Mozilla/5.0 (own)"`;
  const stolen = `@21.0.0.2 #ann POST /login 302 "User-Agent: Mozilla/5.0 (third)"
    +40 GET /account/export 200 "User-Agent: Mozilla/5.0 (third)"`;
  const read = `@21.0.0.2 #ann POST /login 302 "User-Agent: Mozilla/5.0 (third)"
    +40 GET /account/email 200 "User-Agent: Mozilla/5.0 (third)"`;
  expect(visit(mine, 24 * 23)).not.toContain("takeover-chain");
  expect(visit(stolen, 24 * 24)).toContain("takeover-chain");
  expect(visit(read, 24 * 24.1)).not.toContain("takeover-chain");
});

function placed(ip: string): ReturnType<Intel["network"]> {
  const home = ip.startsWith("20.");
  return { ...unknownNetwork, country: home ? "DE" : "AU", asn: home ? 64_500 : 64_501 };
}
