import { expect, test } from "vitest";
import { anyTime, ClfTimeReader, epochTime, isoTime } from "./log-time.ts";

function clf(text: string, zoneMinutes = 0): number {
  const bytes = Buffer.from(text);
  return new ClfTimeReader(zoneMinutes).read(bytes, 0, bytes.length);
}

test("the common log time is read with its zone", () => {
  expect(clf("22/Jan/2019:03:56:14 +0330")).toBe(Date.UTC(2019, 0, 22, 0, 26, 14));
  expect(clf("31/Dec/2025:23:59:59 -0800")).toBe(Date.UTC(2026, 0, 1, 7, 59, 59));
  expect(clf("29/Feb/2024:00:00:00 +0000")).toBe(Date.UTC(2024, 1, 29));
  expect(clf("14/Jan/2015:12:48:57.127")).toBe(Date.UTC(2015, 0, 14, 12, 48, 57, 127));
  expect(clf("14/Jan/2015:12:48:57.127", 60)).toBe(Date.UTC(2015, 0, 14, 11, 48, 57, 127));
});

test("a reader is not confused by days and zones that change from line to line", () => {
  const reader = new ClfTimeReader();
  const read = (text: string): number => reader.read(Buffer.from(text), 0, text.length);
  expect(read("22/Jan/2019:03:56:14 +0330")).toBe(Date.UTC(2019, 0, 22, 0, 26, 14));
  expect(read("23/Jan/2019:03:56:14 +0000")).toBe(Date.UTC(2019, 0, 23, 3, 56, 14));
  expect(read("22/Jan/2019:03:56:14 +0330")).toBe(Date.UTC(2019, 0, 22, 0, 26, 14));
});

test.each(["30/Feb/2024:00:00:00 +0000", "22/Foo/2019:00:00:00 +0000", "22/Jan/2019:24:00:00 +0000", "22/Jan/2019"])(
  "%j is no time",
  (text) => {
    expect(clf(text)).toBeNaN();
  },
);

test("ISO 8601 is read with fractions and zones", () => {
  expect(isoTime("2026-01-05T09:00:00Z")).toBe(Date.UTC(2026, 0, 5, 9));
  expect(isoTime("2026-01-05T09:00:00.123456789+01:00")).toBeCloseTo(Date.UTC(2026, 0, 5, 8) + 123.456789, 3);
  expect(isoTime("2026-01-05 09:00:00,5")).toBe(Date.UTC(2026, 0, 5, 9) + 500);
  expect(isoTime("2026-02-30T09:00:00Z")).toBeNaN();
  expect(isoTime("yesterday")).toBeNaN();
});

test("an epoch's unit is told by its magnitude", () => {
  const at = Date.UTC(2026, 0, 5, 9);
  for (const value of [at / 1000, at, at * 1000, at * 1e6]) expect(epochTime(value)).toBe(at);
  expect(epochTime(12)).toBeNaN();
  expect(anyTime(String(at / 1000))).toBe(at);
  expect(anyTime("[05/Jan/2026:09:00:00 +0000]")).toBe(at);
  expect(anyTime({})).toBeNaN();
});
