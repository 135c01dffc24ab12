import { expect, test } from "vitest";
import { Annexes } from "./annexes.ts";

test("every session can have an annex, keeps the one it has, and what is given back is used again", () => {
  const annexes = new Annexes(3);
  expect(annexes.of(2)).toBe(-1);
  const rows = [2, 0, 1].map((slot) => annexes.take(slot));
  expect(new Set(rows).size).toBe(3);
  expect(annexes.take(2)).toBe(rows[0]);
  expect(annexes.held).toBe(3);
  annexes.give(0);
  annexes.give(0);
  expect(annexes.held).toBe(2);
  expect(annexes.of(0)).toBe(-1);
  expect(annexes.take(0)).toBe(rows[1]);
});
