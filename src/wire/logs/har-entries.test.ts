import fc from "fast-check";
import { expect, test } from "vitest";
import { HarSplitter } from "./har-entries.ts";

function split(text: string, chunk = 7, entryBytesMax = 1_000): { found: string[]; list: boolean } {
  const found: string[] = [];
  const splitter = new HarSplitter(entryBytesMax, {
    entry: (bytes, length) => found.push(bytes.toString("utf8", 0, length)),
    damaged: (reason) => found.push(reason),
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) splitter.push(bytes.subarray(at, at + chunk));
  return { found, list: splitter.end() };
}

test("entries come out whole wherever the chunks are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      fc.integer({ min: 1, max: 64 }),
      (entries, chunk) => {
        const text = JSON.stringify({ log: { version: "1.2", creator: { name: 'x "entries"' }, entries, pages: [] } });
        const { found, list } = split(text, chunk, 1e9);
        expect(list).toBe(true);
        expect(found.map((entry) => JSON.parse(entry))).toEqual(
          entries.map((entry) => JSON.parse(JSON.stringify(entry))),
        );
      },
    ),
  );
});

test("damage is counted and does not stop the rest", () => {
  const large = JSON.stringify({ a: "x".repeat(2_000) });
  expect(split(`{"log":{"entries":[{"a":1},${large},{"b":2}]}}`).found).toEqual([
    '{"a":1}',
    "line too long",
    '{"b":2}',
  ]);
  expect(split('{"log":{"entries":[{"a":1},{"b":')).toEqual({ found: ['{"a":1}', "cut off"], list: true });
  expect(split("{}")).toEqual({ found: [], list: false });
});
