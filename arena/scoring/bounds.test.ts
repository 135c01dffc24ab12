import { expect, test } from "vitest";
import { upperBound } from "./bounds.ts";

test("the bound is Clopper and Pearson's: the rule of three for none, and known values for some", () => {
  expect(upperBound(0, 200)).toBeCloseTo(1 - 0.05 ** (1 / 200), 6);
  expect(upperBound(1, 100)).toBeCloseTo(0.0466, 3);
  expect(upperBound(5, 50)).toBeCloseTo(0.1987, 3);
});

test("nothing seen bounds nothing, and all hit is bounded by one", () => {
  expect(upperBound(0, 0)).toBe(1);
  expect(upperBound(7, 7)).toBe(1);
});
