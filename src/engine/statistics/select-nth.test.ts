import { describe, expect, it } from "vitest";
import { createRandom } from "#core";
import { selectNth } from "./select-nth.ts";

const random = createRandom(5);
const lists: readonly (readonly [string, (i: number, length: number) => number])[] = [
  ["drawn anew", () => random()],
  ["all alike", () => 0.25],
  ["of three values", () => Math.floor(random() * 3)],
  ["already sorted", (i) => i],
  ["falling", (i) => -i],
  ["rising and falling", (i, length) => Math.min(i, length - i)],
  ["alternating", (i) => i % 2],
];

describe("selectNth", () => {
  for (const [name, valueAt] of lists)
    it(`finds what a sort would put at every place of a list that is ${name}`, () => {
      for (const length of [1, 2, 3, 10, 257]) {
        const list = Float64Array.from({ length }, (_, i) => valueAt(i, length));
        const sorted = list.toSorted();
        for (let nth = 0; nth < length; nth++) expect(selectNth(list.slice(), nth)).toBe(sorted[nth]);
      }
    });

  it("loses no value", () => {
    const list = Float64Array.from({ length: 100 }, () => random());
    const sorted = list.toSorted();
    selectNth(list, 50);
    expect(list.toSorted()).toEqual(sorted);
  });
});
