import { describe, expect, test } from "vitest";
import { ArrivalBook } from "./index.ts";

describe("who begins with what", () => {
  test("says something only where three hundred clients took the step and hardly one of them began with it", () => {
    const book = new ArrivalBook();
    const step = { application: "shop", step: 5 };
    expect(book.rarelyFirst("shop", 5)).toBe(false);
    for (let i = 0; i < 299; i++) book.learn(step, 0, 1);
    expect(book.rarelyFirst("shop", 5)).toBe(false);
    book.learn(step, 0, 1);
    expect(book.rarelyFirst("shop", 5)).toBe(true);
    for (let i = 0; i < 4; i++) book.learn(step, 2, 1);
    expect(book.rarelyFirst("shop", 5)).toBe(false);
  });
});
