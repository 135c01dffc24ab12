import { describe, expect, test } from "vitest";
import { createRandom, type Exchange, readTrace } from "#core";
import { createEngine, type Engine } from "../index.ts";
import { seal, unseal } from "./sealed-sections.ts";

const limits = { sessionsMax: 1_024, clientsMax: 4_096 };
const hour = 3_600_000;
const start = Date.UTC(2026, 0, 5);

/** People who look at a page and its parts and log in, then a tool that posts log-ins from everywhere. */
function traffic(logins: number, from: number): ReturnType<typeof readTrace> {
  const random = createRandom(4);
  const blocks: string[] = [];
  for (let i = 0; i < 60; i++) {
    const ip = `198.51.${i}.7`;
    blocks.push(`+${20 + Math.floor(random() * 30)} @${ip} GET /login 200 < sid=s${i}; Path=/
+0.1 GET /static/site.css 200 > sid=s${i} "Referer: https://shop.example/login"
+${4 + Math.floor(random() * 20)} #${i} POST /login 302 > sid=s${i} "Referer: https://shop.example/login"`);
  }
  for (let i = 0; i < logins; i++) blocks.push(`+9 @203.0.${i % 250}.${from} #x${i} POST /login 401`);
  return readTrace(blocks.join("\n\n"), { at: start } as never);
}

function engineAfter(logins: number): Engine {
  const engine = createEngine({ seed: 7, limits });
  for (const exchange of traffic(logins, 1)) {
    engine.inspect(exchange);
    engine.observe(exchange);
  }
  return engine;
}

describe("learned state", () => {
  test("a conviction, endpoints and habits outlive the engine that learned them", () => {
    const before = engineAfter(60);
    const standing = before.cohorts().filter(({ conviction }) => conviction !== undefined);
    expect(standing.length).toBeGreaterThan(0);
    const bytes = before.learned.save(start + hour);
    const after = createEngine({ seed: 7, limits });
    expect(after.learned.restore(bytes, start + hour)).toMatchObject({
      kind: "restored",
      savedAt: start + hour,
      convictions: standing.length,
    });
    const keys = (engine: Engine): number[] =>
      engine
        .cohorts()
        .filter(({ conviction }) => conviction !== undefined)
        .map(({ key }) => key)
        .sort((a, b) => a - b);
    expect(keys(after)).toEqual(keys(before));
    expect([...after.endpoints()].map(({ template }) => template)).toEqual(
      [...before.endpoints()].map(({ template }) => template),
    );
    const [member] = traffic(1, 99).slice(-1);
    if (member === undefined) throw new Error("the trace holds a log-in");
    const verdict = after.inspect({ ...member, client: { ...member.client, ip: "192.0.2.44" } });
    expect(verdict.signals.map(({ detector }) => detector)).toContain("convicted-cohort");
  });

  test("what is damaged, cut short, of another version or another installation is refused and changes nothing", () => {
    const bytes = engineAfter(60).learned.save(start);
    const flipped = bytes.slice();
    flipped[200] = (flipped[200] ?? 0) ^ 1;
    const newer = bytes.slice();
    newer[8] = 9;
    const cases: readonly (readonly [Uint8Array, RegExp, number])[] = [
      [flipped, /checksum does not match/, 7],
      [bytes.subarray(0, bytes.length - 1), /cut short/, 7],
      [newer, /expected version 1, found 9/, 7],
      [new Uint8Array(3), /expected at least 48 bytes, found 3/, 7],
      [new TextEncoder().encode("x".repeat(80)), /no learned state/, 7],
      [bytes, /another hash key/, 8],
      [seal({ other: new Uint8Array(1) }), /holds no learned state/, 7],
    ];
    for (const [bad, reason, seed] of cases) {
      const engine = createEngine({ seed, limits });
      const outcome = engine.learned.restore(bad, start);
      expect(outcome).toMatchObject({ kind: "refused" });
      expect(outcome.kind === "refused" && outcome.reason).toMatch(reason);
      expect([...engine.endpoints()]).toEqual([]);
      expect(engine.cohorts()).toEqual([]);
    }
  });

  test("holds no address, cookie value or account in the open", () => {
    const text = Buffer.from(engineAfter(60).learned.save(start)).toString("latin1");
    for (const secret of ["198.51.7.7", "203.0.5.1", "s17", "x17"].filter((value) => value.length > 4))
      expect(text).not.toContain(secret);
  });

  test("holds no digest of a password: other passwords leave the same bytes, other accounts do not", () => {
    const saved = (shown: Partial<Exchange["request"]>): Buffer => {
      const engine = createEngine({ seed: 7, limits });
      for (const exchange of traffic(60, 1)) {
        const { request } = exchange;
        const told = { ...exchange, request: request.account === 0 ? request : { ...request, ...shown } };
        engine.inspect(told);
        engine.observe(told);
      }
      return Buffer.from(engine.learned.save(start));
    };
    const one = saved({ password: 123_456 });
    expect(saved({ password: 654_321 }).equals(one)).toBe(true);
    expect(saved({ password: 123_456, account: 77 }).equals(one)).toBe(false);
  });

  test("every byte counts: no flipped bit goes unseen", () => {
    const sealed = seal({ a: Uint8Array.of(1, 2, 3), b: new Uint8Array(0) });
    expect(unseal(sealed)).toEqual({ kind: "opened", sections: { a: Uint8Array.of(1, 2, 3), b: new Uint8Array(0) } });
    for (let at = 0; at < sealed.length; at++) {
      const bad = sealed.slice();
      bad[at] = (bad[at] ?? 0) ^ 4;
      expect(unseal(bad).kind).toBe("refused");
    }
  });
});
