import fc from "fast-check";
import { expect, test } from "vitest";
import { AddressBook } from "./address.ts";

function through(book: AddressBook, text: string): string {
  const words = new Uint32Array(4);
  book.parse(text, words);
  return book.render(words[0] ?? 0, words[1] ?? 0, words[2] ?? 0, words[3] ?? 0);
}

test("canonical addresses come back as they went in (property)", () => {
  const book = new AddressBook(4);
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(through(book, text)).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const once = through(book, text);
      expect(through(book, once)).toBe(once);
    }),
  );
});

test("IPv6 is written as RFC 5952 has it", () => {
  const book = new AddressBook(4);
  expect(through(book, "2001:DB8:0:0:1:0:0:1")).toBe("2001:db8::1:0:0:1");
  expect(through(book, "0:0:0:0:0:0:0:1")).toBe("::1");
  expect(through(book, "::")).toBe("::");
});

test("names that are no addresses keep their text up to the cap and their difference beyond", () => {
  const book = new AddressBook(2);
  expect(through(book, "proxy.example")).toBe("proxy.example");
  expect(through(book, "-")).toBe("-");
  const [one, other] = [through(book, "third.example"), through(book, "fourth.example")];
  expect(one).toMatch(/^name-[0-9a-f]+$/);
  expect(one).not.toBe(other);
  expect(through(book, "proxy.example")).toBe("proxy.example");
});

test("nothing that a log may hold as an address makes parsing throw (property)", () => {
  const book = new AddressBook(8);
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      expect(typeof through(book, text)).toBe("string");
    }),
  );
  for (const odd of ["1.2.3", "1.2.3.4.5", "256.1.1.1", "1..2.3", "1.2.3.", ":::", "1::2::3", "g::1"])
    expect(through(book, odd)).toBeTypeOf("string");
});
