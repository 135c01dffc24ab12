import { describe, expect, test } from "vitest";
import { createRandom } from "#core";
import { Facts } from "../features/facts.ts";
import { WalkPart } from "./walk-part.ts";

/** A part that has seen three thousand requests for pages, the first ones popular. */
function learned(): WalkPart {
  const part = new WalkPart(4);
  const random = createRandom(3);
  for (let i = 0; i < 3_000; i++) {
    part.open(0);
    step(part, 0, Math.floor(500 ** random()));
  }
  return part;
}

function step(part: WalkPart, slot: number, url: number): void {
  const facts = new Facts();
  facts.slot = slot;
  facts.class = 1;
  facts.urlHash = url;
  part.request(facts, true);
}

function walk(part: WalkPart, slot: number, urls: readonly number[]): void {
  part.open(slot);
  for (const url of urls) step(part, slot, url);
}

const rare = [1, 401, 333, 487, 290, 9_001];

describe("walks that others took", () => {
  test("a rare walk is shared from the second address on, under one name", () => {
    const part = learned();
    walk(part, 1, rare);
    expect(part.trace(1, 11, "keep").label).toBe(0);
    walk(part, 2, rare);
    const second = part.trace(2, 12, "keep");
    expect(second.label).toBeGreaterThan(0);
    expect(second.rareNats).toBeGreaterThan(10);
    walk(part, 3, rare);
    expect(part.trace(3, 13, "look").label).toBe(second.label);
  });

  test("one's own repetition is nobody's copy, and looking remembers nothing", () => {
    const part = learned();
    walk(part, 1, rare);
    part.trace(1, 11, "keep");
    expect(part.trace(1, 11, "keep").label).toBe(0);
    const other = learned();
    walk(other, 1, rare);
    other.trace(1, 11, "look");
    walk(other, 2, rare);
    expect(other.trace(2, 12, "look").label).toBe(0);
  });

  test("popular pages, short walks and one rare page reached by a link are no copies", () => {
    const part = learned();
    for (const urls of [[1, 2, 1, 3, 2, 1], rare.slice(0, 3), [487, 1, 2, 1, 3]]) {
      walk(part, 1, urls);
      part.trace(1, 11, "keep");
      walk(part, 2, urls);
      expect(part.trace(2, 12, "keep").label).toBe(0);
    }
  });
});
