import { expect, test } from "vitest";
import type { Kind } from "#core";
import { SurgeGuard, type WantedSurge } from "./surge-guard.ts";

const start = Date.UTC(2026, 10, 27);
const place = { application: "shop", method: "GET", shape: "/inventory/{}" };

/** A day and ten minutes of ten requests in ten seconds. */
function usual(factor = 20, wanted: readonly WantedSurge[] = []): { readonly guard: SurgeGuard; readonly at: number } {
  const guard = new SurgeGuard({ factor, wanted });
  let at = start;
  let refused = 0;
  for (let window = 0; window < 8_700; window++) {
    for (let i = 0; i < 10; i++) if (!guard.admit({ ...place, kind: "unknown", at }).admitted) refused++;
    at += 10_000;
  }
  expect(refused).toBe(0);
  return { guard, at };
}

function flood(guard: SurgeGuard, at: number, kinds: readonly Kind[], count: number): Map<Kind, number> {
  const passed = new Map<Kind, number>(kinds.map((kind) => [kind, 0]));
  for (let i = 0; i < count; i++) {
    const kind = kinds[i % kinds.length] ?? "unknown";
    if (guard.admit({ ...place, kind, at }).admitted) passed.set(kind, (passed.get(kind) ?? 0) + 1);
  }
  return passed;
}

test("at 700 times the usual load the origin gets a few times what it is used to, and is told why", () => {
  const { guard, at } = usual();
  const passed = flood(guard, at, ["automated", "unknown"], 7_000);
  expect([...passed.values()].reduce((a, b) => a + b)).toBeLessThanOrEqual(20 * 10);
  expect(guard.admit({ ...place, kind: "unknown", at })).toMatchObject({
    admitted: false,
    why: expect.stringContaining("GET /inventory/{} is asked 700 times") as string,
  });
});

test("people come through while everybody else waits", () => {
  const { guard, at } = usual();
  const passed = flood(guard, at, ["automated", "unknown", "human"], 900);
  expect(passed.get("human")).toBeGreaterThan(60);
  expect(passed.get("unknown")).toBeLessThan(80);
  expect(passed.get("automated")).toBeLessThan(80);
});

test("at a quiet place whoever comes first does not use up what people get", () => {
  const { guard, at } = usual();
  flood(guard, at, ["unknown"], 5_000);
  expect(flood(guard, at, ["human"], 100).get("human")).toBe(100);
});

test("a wanted surge lets visitors in and only automation waits", () => {
  const sale: WantedSurge = { name: "sale", from: start, to: start + 2 * 86_400_000, applications: ["shop"] };
  const { guard, at } = usual(20, [sale]);
  const passed = flood(guard, at, ["unknown", "automated"], 4_000);
  expect(passed.get("unknown")).toBe(2_000);
  expect(passed.get("automated")).toBeLessThan(150);
});

test("below the strain, off, or before a day is known, nobody waits", () => {
  const { guard, at } = usual();
  expect(flood(guard, at, ["automated"], 200).get("automated")).toBe(200);
  expect(flood(guard, at, ["automated"], 1).get("automated")).toBe(0);
  expect(flood(usual(0).guard, at, ["automated"], 7_000).get("automated")).toBe(7_000);
  expect(flood(new SurgeGuard({ factor: 20, wanted: [] }), at, ["automated"], 7_000).get("automated")).toBe(7_000);
});

test("a surge of an hour does not become the usual load", () => {
  const { guard, at } = usual();
  for (let window = 0; window < 360; window++) flood(guard, at + window * 10_000, ["unknown"], 1_000);
  expect(guard.admit({ ...place, kind: "unknown", at: at + 359 * 10_000 }).admitted).toBe(false);
});

test("a place that is silent all night and busy every morning is in no surge in the morning, and a hundred times as busy it is", () => {
  const guard = new SurgeGuard({ factor: 20, wanted: [] });
  const day = 86_400_000;
  const morning = (of: number, count: number): number => {
    let refused = 0;
    for (let window = 0; window < 3; window++)
      for (let i = 0; i < count; i++)
        if (!guard.admit({ ...place, kind: "unknown", at: start + of * day + window * 10_000 }).admitted) refused++;
    return refused;
  };
  for (let of = 0; of < 9; of++) expect(morning(of, 240)).toBe(0);
  // Half an hour late, over the hour: nobody is punctual.
  for (let i = 0; i < 240; i++)
    expect(guard.admit({ ...place, kind: "unknown", at: start + 9 * day - 900_000 }).admitted).toBe(true);
  expect(morning(9, 24_000)).toBe(3 * (24_000 - 20 * 240));
});

test("the first morning after a night alone is no surge", () => {
  const guard = new SurgeGuard({ factor: 20, wanted: [] });
  guard.admit({ ...place, kind: "unknown", at: start });
  expect(flood(guard, start + 8 * 3_600_000, ["unknown"], 5_000).get("unknown")).toBe(5_000);
});
