import { expect, test } from "vitest";
import { createRandom } from "#core";
import { type Observation, tellApart } from "./two-sample.ts";

/** Times of a heavy-tailed law and a length of two values; `shift` is added to the time. */
function sample(
  seed: number,
  { shift = 0, odd = 0 }: { readonly shift?: number; readonly odd?: number } = {},
): Observation[] {
  const random = createRandom(seed);
  return Array.from({ length: 2_000 }, () => ({
    ms: Math.exp(3 + random() + random()) + shift,
    length: random() < 0.5 ? 120 : 180,
    header: random() < odd ? 1 : 0,
  }));
}

test("two samples of one law cannot be told apart", () => {
  for (const seed of [1, 2, 3]) expect(tellApart(sample(seed), sample(seed + 100), seed).auc).toBeLessThan(0.55);
});

test("a pause of five milliseconds in fifty and a header in one of five answers are found", () => {
  const slower = tellApart(sample(1), sample(2, { shift: 25 }), 7);
  expect(slower.auc).toBeGreaterThan(0.6);
  expect(slower.by[0]).toBe("ms");
  const marked = tellApart(sample(1), sample(2, { odd: 0.2 }), 7);
  expect(marked.auc).toBeGreaterThan(0.55);
  expect(marked.by[0]).toBe("header");
});

test("samples that differ in everything are told apart every time", () => {
  expect(tellApart(sample(1), sample(2, { shift: 1_000 }), 7).auc).toBeGreaterThan(0.99);
});
