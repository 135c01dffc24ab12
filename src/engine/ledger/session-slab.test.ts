import { expect, test } from "vitest";
import { annexBytes, cookiesInRow, cookiesMax, rowBytes, SessionSlab } from "./session-slab.ts";

test("cookies of all sessions have places of their own, in the row and in the annex", () => {
  const slab = new SessionSlab(3);
  const places = new Set<number>();
  for (let slot = 0; slot < 3; slot++)
    for (let index = 0; index < cookiesMax; index++) {
      slab.reserve(slot, index);
      const at = slab.cookieAt(slot, index);
      expect(at + 7).toBeLessThanOrEqual(slab.words.length);
      for (let word = 0; word < 7; word++) places.add(at + word);
    }
  expect(places.size).toBe(3 * cookiesMax * 7);
});

test("an annex comes with the first cookie that the row has no room for, and goes, emptied, with its session", () => {
  const slab = new SessionSlab(2);
  slab.reserve(0, cookiesInRow - 1);
  expect(slab.bytesPerSession(1)).toBe(rowBytes);
  slab.reserve(0, cookiesInRow);
  expect(slab.bytesPerSession(1)).toBe(rowBytes + annexBytes);
  const place = slab.cookieAt(0, cookiesMax - 1);
  slab.words[place] = 7;
  slab.clear(0);
  expect(slab.bytesPerSession(1)).toBe(rowBytes);
  slab.reserve(1, cookiesInRow);
  expect(slab.cookieAt(1, cookiesMax - 1)).toBe(place);
  for (let index = cookiesInRow; index < cookiesMax; index++)
    for (let word = 0; word < 7; word++) expect(slab.words[slab.cookieAt(1, index) + word]).toBe(0);
});
