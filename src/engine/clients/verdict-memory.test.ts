import { expect, test } from "vitest";
import { VerdictMemory } from "./verdict-memory.ts";

test("a verdict is remembered for its lifetime and not longer", () => {
  const memory = new VerdictMemory(64, 1_000);
  memory.remember(7, 3.5, 100);
  expect(memory.recall(7, 1_099)).toBe(3.5);
  expect(memory.recall(7, 1_100)).toBe(0);
  expect(memory.recall(8, 100)).toBe(0);
});

test("a full set gives up its oldest entry", () => {
  const memory = new VerdictMemory(4, 1_000_000);
  for (let i = 1; i <= 5; i++) memory.remember(i, i, i);
  expect([1, 2, 3, 4, 5].map((origin) => memory.recall(origin, 10))).toEqual([0, 2, 3, 4, 5]);
});
