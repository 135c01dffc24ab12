import { expect, test } from "vitest";
import { dimensionIndex } from "../fingerprint/index.ts";
import { createTraits, strictKey } from "./session-traits.ts";

const place = (name: string): number => dimensionIndex.get(name) ?? -1;

/** A client without pages and jar that logs in. */
function native(straight: number): Float64Array {
  const traits = createTraits().fill(Number.NaN);
  traits[place("kind of client")] = 2;
  traits[place("robots file")] = 0;
  traits[place("login variant")] = 77;
  traits[place("preconditions")] = 2;
  traits[place("arrival")] = straight;
  return traits;
}

test("who logs in as the first thing of a session and who asked for something before have different behaviours", () => {
  expect(strictKey(native(1), 4)).not.toBe(strictKey(native(0), 4));
  expect(strictKey(native(1), 4)).toBe(strictKey(native(1), 4));
});

test("too little known is no behaviour", () => {
  expect(strictKey(createTraits().fill(Number.NaN), 4)).toBe(0);
  expect(strictKey(native(0), 6)).toBe(0);
});
