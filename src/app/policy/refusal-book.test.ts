import { describe, expect, it } from "vitest";
import { RefusalBook } from "./refusal-book.ts";

const keys = { address: "", session: 0, account: 0, token: 0, fingerprint: "", behaviour: "", cohort: "" };

describe("the book of refusals", () => {
  it("finds at least so many of the last under their own reference, and nothing under one that has left", () => {
    const book = new RefusalBook(10);
    for (let i = 0; i < 1_000; i++) {
      book.note(`r${i}`, { ...keys, address: `a${i}`, session: i });
      for (let back = 0; back < Math.min(i + 1, 10); back++)
        expect(book.find(`r${i - back}`)).toMatchObject({ address: `a${i - back}`, session: i - back });
      expect(book.find(`r${i - 20}`)).toBeUndefined();
    }
  });

  it("keeps others' keys when one reference is noted again and again", () => {
    const book = new RefusalBook(3);
    book.note("first", { ...keys, address: "a1" });
    for (let i = 0; i < 50; i++) book.note("second", { ...keys, address: `b${i}` });
    expect(book.find("first")?.address).toBe("a1");
    expect(book.find("second")?.address).toBe("b49");
  });

  it("gives a copy: what was found does not change with what comes", () => {
    const book = new RefusalBook(1);
    book.note("first", { ...keys, address: "a1" });
    const found = book.find("first");
    for (let i = 0; i < 9; i++) book.note(`r${i}`, { ...keys, address: "other" });
    expect(found?.address).toBe("a1");
  });
});
