import { expect, test } from "vitest";
import { createRandom } from "#core";
import { createDecisionTable } from "./decision-table.ts";
import { lifetimeDefault } from "./lifetime.ts";
import { type KeptVerdict, VerdictKeeper } from "./verdict-keeper.ts";

const now = Date.UTC(2026, 0, 5);
const noKeys = { address: "", session: 0, account: 0, token: 0, fingerprint: "", behaviour: "", cohort: "" };
const stopped = (values: Partial<KeptVerdict> = {}): KeptVerdict => ({
  scope: "session",
  value: 7,
  action: "block",
  reason: "object-walk",
  origin: "rule",
  cohort: "",
  presentation: 1,
  longestMs: 0,
  ...values,
});

test("a verdict stands for a time that nobody can foresee, between two minutes and a day", () => {
  const lives = Array.from({ length: 400 }, (_, seed) => {
    const keeper = new VerdictKeeper(createDecisionTable(), createRandom(seed));
    return keeper.keep(stopped(), { now, monotonic: 0 });
  });
  expect(Math.min(...lives)).toBeGreaterThanOrEqual(lifetimeDefault.minMs);
  expect(Math.max(...lives)).toBeLessThanOrEqual(lifetimeDefault.maxMs);
  const median = lives.toSorted((a, b) => a - b)[200] ?? 0;
  // Log-uniform: the middle of the logarithms, 54 minutes.
  expect(median).toBeGreaterThan(35 * 60_000);
  expect(median).toBeLessThan(85 * 60_000);
});

test("whoever comes through in other clothes after a lapse meets the longest time next", () => {
  const table = createDecisionTable();
  const keeper = new VerdictKeeper(table, createRandom(3));
  const life = keeper.keep(stopped(), { now, monotonic: 0 });
  keeper.passed("session", 7, { presentation: 2, monotonic: life - 1 });
  table.expire(life);
  keeper.passed("session", 7, { presentation: 2, monotonic: life + 1 });
  expect(keeper.keep(stopped({ presentation: 2 }), { now, monotonic: life + 2 })).toBe(lifetimeDefault.maxMs);
});

test("in the same clothes, or while the verdict still stood, nothing is lengthened", () => {
  for (const [presentation, late] of [
    [1, 1],
    [2, -1],
  ] as const) {
    const table = createDecisionTable();
    const keeper = new VerdictKeeper(table, createRandom(3));
    const life = keeper.keep(stopped(), { now, monotonic: 0 });
    keeper.passed("session", 7, { presentation, monotonic: life + late });
    table.expire(life);
    expect(keeper.keep(stopped({ presentation }), { now, monotonic: life + 2 })).toBeLessThan(lifetimeDefault.maxMs);
  }
});

test("a standing verdict is not drawn anew by every request that meets it", () => {
  const keeper = new VerdictKeeper(createDecisionTable(), createRandom(5));
  const life = keeper.keep(stopped(), { now, monotonic: 0 });
  expect(keeper.keep(stopped(), { now, monotonic: 1_000 })).toBe(life - 1_000);
});

test("a flood of new verdicts pushes no standing one out, and leaves an operator room", () => {
  const table = createDecisionTable(1_000);
  const keeper = new VerdictKeeper(table, createRandom(5));
  keeper.keep(stopped({ value: 1 }), { now, monotonic: 0 });
  for (let value = 2; value < 5_000; value++) keeper.keep(stopped({ value }), { now, monotonic: 0 });
  expect(table.lookup({ ...noKeys, session: 1 }, 1)?.action).toBe("block");
  expect(table.size).toBe(900);
  expect(keeper.refused).toBeGreaterThan(4_000);
  const word = {
    ...stopped(),
    id: "x",
    scope: "address",
    value: "192.0.2.1",
    origin: "operator",
    createdAt: now,
    expiresAt: 1e9,
  } as const;
  expect(table.add(word)).toEqual({ added: true });
});

test("a cohort that turns out to be honest is let go at once", () => {
  const table = createDecisionTable();
  const keeper = new VerdictKeeper(table, createRandom(5));
  keeper.keep(stopped({ scope: "cohort", value: "k1", cohort: "k1", origin: "conviction" }), { now, monotonic: 0 });
  expect(table.lookup({ ...noKeys, cohort: "k1" }, 1)?.action).toBe("block");
  expect(table.exonerate("k1")).toBe(1);
  expect(table.lookup({ ...noKeys, cohort: "k1" }, 1)).toBeUndefined();
});
