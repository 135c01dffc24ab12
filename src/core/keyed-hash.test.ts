import fc from "fast-check";
import { expect, test } from "vitest";
import { keyedHash, testHashKey } from "./keyed-hash.ts";

// Reference vectors of HalfSipHash-2-4-64 (vectors.h, key 00..07, message 00 01 02 …), cut to 53 bits.
const reference: readonly (readonly [length: number, hex: string])[] = [
  [0, "218d1f59b9b83cc8"],
  [1, "be552412f8387315"],
  [2, "064f39ef7c50eb57"],
  [3, "ce0f1a45f7060679"],
  [4, "d5e78a175be52ea1"],
  [5, "cb9d7c3f2f3db580"],
];

test("the keyed hash agrees with the reference vectors of HalfSipHash", () => {
  for (const [length, hex] of reference) {
    const message = String.fromCharCode(...Array.from({ length }, (_, i) => i));
    const bytes = hex.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
    const low = new DataView(Uint8Array.from(bytes).buffer).getUint32(0, true);
    const high = new DataView(Uint8Array.from(bytes).buffer).getUint32(4, true) & 0x1fffff;
    expect(keyedHash(testHashKey, message)).toBe(high * 2 ** 32 + low);
  }
});

test("another key gives another hash", () => {
  expect(keyedHash({ k0: 1, k1: 2 }, "session")).not.toBe(keyedHash(testHashKey, "session"));
});

test("text with code units above 255 hashes as its bytes, two for each of those, low one first", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const bytes = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)).flatMap((unit) =>
        unit > 0xff ? [unit & 0xff, unit >>> 8] : [unit],
      );
      expect(keyedHash(testHashKey, text)).toBe(keyedHash(testHashKey, String.fromCharCode(...bytes)));
    }),
  );
});

test("lengths around a word's border differ from each other", () => {
  const hashes = Array.from({ length: 64 }, (_, length) => keyedHash(testHashKey, "\0".repeat(length)));
  expect(new Set(hashes).size).toBe(64);
});
