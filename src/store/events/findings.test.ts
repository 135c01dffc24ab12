import fc from "fast-check";
import { expect, test } from "vitest";
import { type Signal, storeLimits } from "#core";
import { FindingsReader, FindingsWriter } from "./findings.ts";
import { TextBook } from "./text-book.ts";

const textMax = storeLimits.signalsLengthMax.default;

/** What is read back of verdicts' evidence after a batch was handed over. */
function throughBatch(verdicts: readonly (readonly Signal[])[]): string[] {
  const texts = new TextBook([]);
  const writer = new FindingsWriter(texts);
  const starts = verdicts.map((signals) => writer.add(signals));
  const batch = { findings: writer.take(), texts: texts.take() };
  const reader = new FindingsReader(batch);
  return starts.map((start) => reader.render(start));
}

const word = fc.constantFrom("enumeration", "id-walk", "pages", "usual", "a b", '"', "", "ünïcode");
const signal: fc.Arbitrary<Signal> = fc.record({
  detector: word,
  axis: word,
  group: word,
  nats: fc.double({ min: -9, max: 9, noNaN: true }),
  evidence: fc.dictionary(
    word.filter((name) => name !== ""),
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), word),
    {
      maxKeys: 6,
    },
  ),
});

test("evidence comes out on the store's side as it went in, rounded as records are", () => {
  fc.assert(
    fc.property(fc.array(fc.array(signal, { maxLength: 5 }), { maxLength: 20 }), (verdicts) => {
      const read = throughBatch(verdicts).map((text) => (text === "" ? [] : JSON.parse(text)));
      const written = verdicts.map((signals) =>
        signals.map(({ detector, axis, group, nats, evidence }) => [
          detector,
          axis,
          group,
          Math.round(nats * 1e4) / 1e4,
          { ...evidence },
        ]),
      );
      expect(JSON.stringify(read)).toBe(JSON.stringify(written));
    }),
  );
});

test("what does not fit is left out whole, from the end", () => {
  const one: Signal = {
    detector: "d".repeat(500),
    axis: "a",
    group: "g",
    nats: 1,
    evidence: { text: "x".repeat(500) },
  };
  const [text = ""] = throughBatch([Array.from({ length: 40 }, () => one)]);
  expect(text.length).toBeLessThanOrEqual(textMax);
  expect(JSON.parse(text).length).toBeGreaterThan(0);
});

test("a buffer that fills up grows, and the next batch begins at nothing", () => {
  const many = Array.from({ length: 3_000 }, (_, i): Signal[] => [
    { detector: `d${i % 7}`, axis: "a", group: "g", nats: i, evidence: { i } },
  ]);
  const texts = throughBatch(many);
  expect(JSON.parse(texts[2_999] ?? "")).toEqual([["d3", "a", "g", 2_999, { i: 2_999 }]]);
});
