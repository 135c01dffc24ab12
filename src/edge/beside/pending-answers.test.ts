import { expect, test } from "vitest";
import { PendingAnswers } from "./pending-answers.ts";

test("what is taken is gone, wherever it stood in the row", () => {
  const pending = new PendingAnswers<number>();
  for (const [at, name] of ["a", "b", "c", "d"].entries()) pending.add(name, at, at);
  expect(pending.take("b")).toBe(1);
  expect(pending.take("b")).toBeUndefined();
  expect(pending.take("a")).toBe(0);
  expect(pending.take("d")).toBe(3);
  expect(pending.size).toBe(1);
  pending.add("e", 4, 4);
  expect(pending.takeExpired(10)).toBe(2);
  expect(pending.takeExpired(10)).toBe(4);
  expect(pending.takeExpired(10)).toBeUndefined();
  expect(pending.size).toBe(0);
});

test("the oldest makes room at the cap, and not before", () => {
  const pending = new PendingAnswers<number>(2);
  expect(pending.add("a", 1, 0)).toBeUndefined();
  expect(pending.add("b", 2, 0)).toBeUndefined();
  expect(pending.add("c", 3, 0)).toBe(1);
  expect(pending.has("a")).toBe(false);
  expect(pending.has("b")).toBe(true);
});

test("only what waited long enough is given up", () => {
  const pending = new PendingAnswers<string>();
  pending.add("a", "a", 100);
  pending.add("b", "b", 101);
  expect(pending.takeExpired(99)).toBeUndefined();
  expect(pending.takeExpired(100)).toBe("a");
  expect(pending.takeExpired(100)).toBeUndefined();
});
