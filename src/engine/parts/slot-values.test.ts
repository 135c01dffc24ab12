import fc from "fast-check";
import { expect, test } from "vitest";
import { fnv1a } from "#core";
import { SlotValues } from "./slot-values.ts";

interface Expected {
  readonly slot: number;
  readonly value: number;
  readonly number: number;
}

/** The same by slices and expressions, as one would write it without counting its cost. */
function expectedOf(endpoint: number, path: string, query: string): Expected[] {
  const found: Expected[] = [];
  const add = (slot: number, text: string): void => {
    found.push({ slot: slot >>> 0, value: fnv1a(text), number: /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN });
  };
  for (const [index, segment] of path.slice(1).split("/").entries()) {
    if (found.length === 2) break;
    const varies = /\d/.test(segment) && !/^v\d{1,2}$/i.test(segment) && !segment.includes(".");
    if (varies && segment.length <= 64) add((endpoint + 1) * 64 + index + 1, segment);
  }
  for (const pair of query.split("&")) {
    const equals = pair.indexOf("=");
    if (found.length === 4 || equals < 1) continue;
    const value = pair.slice(equals + 1);
    if (value !== "" && value.length <= 64) add(fnv1a(pair.slice(0, equals), endpoint + 1), value);
  }
  return found;
}

function valuesOf(endpoint: number, path: string, query: string): Expected[] {
  const values = new SlotValues();
  values.read(endpoint, path, query);
  return values.values.slice(0, values.size).map(({ slot, value, number }) => ({ slot, value, number }));
}

const segment = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9.vV-]{0,6}$/),
  fc.stringMatching(/^[vV][0-9]{1,3}$/),
  fc.integer({ min: 0, max: 1e17 }).map(String),
  fc.stringMatching(/^[a-z0-9]{63,66}$/),
);
const pair = fc.tuple(fc.stringMatching(/^[a-z]{1,4}$/), segment).map(([name, value]) => `${name}=${value}`);

test("values read in place are those that slices and expressions would find", () => {
  fc.assert(
    fc.property(
      fc.nat(4_095),
      fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`),
      fc.array(pair, { maxLength: 6 }).map((pairs) => pairs.join("&")),
      (endpoint, path, query) => {
        expect(valuesOf(endpoint, path, query)).toEqual(expectedOf(endpoint, path, query));
      },
    ),
  );
});

test("a version of an interface is no value, a number beside it is", () => {
  expect(valuesOf(0, "/api/v2/items/17", "").map(({ number }) => number)).toEqual([17]);
  expect(valuesOf(0, "/V12", "")).toEqual([]);
  expect(valuesOf(0, "/v123", "")).toHaveLength(1);
});
