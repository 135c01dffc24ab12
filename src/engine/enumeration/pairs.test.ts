import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "#core";
import { EnumerationCases, isPairSpace, SlotSpaces } from "./index.ts";

const articles = 400;
const places = 300;
const [article, place, other] = [1, 2, 3];

/** What people draw from: few values make most requests. */
const popular = (random: Random, size: number): number => Math.floor(size ** random()) - 1;
/** Where an article is asked about is mostly its own region; otherwise people ask from anywhere. */
const regionOf = (random: Random, sku: number): number =>
  random() < 0.85 ? (sku * 7 + Math.floor(random() * 3)) % places : popular(random, places);
const pairOf = (sku: number, zip: number): number => sku * 10_000 + zip;

/** Spaces after so many requests of people for an article and a place. */
function taught(requests: number): SlotSpaces {
  const random = createRandom(5);
  const spaces = new SlotSpaces(1);
  for (let i = 0; i < requests; i++) {
    const sku = popular(random, articles);
    const zip = regionOf(random, sku);
    const first = spaces.spaceOf(article, sku + 1e6);
    const second = spaces.spaceOf(place, zip + 2e6);
    spaces.learn(first, sku + 1e6, i);
    spaces.learn(second, zip + 2e6, i);
    const pairs = spaces.pairSpaceOf(first, second);
    if (pairs >= 0) spaces.learn(pairs, pairOf(sku, zip), i);
  }
  return spaces;
}

describe("pairs of values", () => {
  const spaces = taught(60_000);
  const [first, second] = [spaces.spaceOf(article, 1e6), spaces.spaceOf(place, 2e6)];
  const pairs = spaces.pairSpaceOf(first, second);

  /** Requests until a subject is a case at 1e-3, from single values alone and with their pairs. */
  function requests(seed: number, draw: (random: Random) => readonly [number, number]): readonly [number, number] {
    const random = createRandom(seed);
    const apart = new EnumerationCases(16);
    const together = new EnumerationCases(16);
    const found = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let i = 1; i <= 300; i++) {
      const [sku, zip] = draw(random);
      for (const cases of [apart, together])
        for (const [space, value] of [
          [first, sku + 1e6],
          [second, zip + 2e6],
          ...(cases === together ? [[pairs, pairOf(sku, zip)] as const] : []),
        ] as const) {
          const known = spaces.space(space);
          if (known !== undefined) cases.slab.observe(cases.open(9, space), { value, number: Number.NaN }, known);
        }
      for (const [index, cases] of [apart, together].entries())
        if (found[index] === Number.POSITIVE_INFINITY && cases.evidence(9) >= Math.log(1e3)) found[index] = i;
    }
    return [found[0] ?? 0, found[1] ?? 0];
  }

  test("of popular articles and popular places that nobody asks for together are found, where either alone says nothing", () => {
    const runs = Array.from({ length: 20 }, (_, i) =>
      requests(100 + i, (random) => [popular(random, articles), popular(random, places)]),
    );
    expect(runs.filter(([apart]) => apart < Number.POSITIVE_INFINITY).length).toBeLessThanOrEqual(1);
    const together = runs.map(([, found]) => found).sort((a, b) => a - b);
    expect(together[10]).toBeLessThan(60);
  });

  test("of people stay free", () => {
    let convicted = 0;
    for (let i = 0; i < 100; i++) {
      const [, found] = requests(1_000 + i, (random) => {
        const sku = popular(random, articles);
        return [sku, regionOf(random, sku)];
      });
      if (found < Number.POSITIVE_INFINITY) convicted++;
    }
    expect(convicted).toBeLessThanOrEqual(1);
  });

  test("cost single values a tenth of a nat and no more", () => {
    const runs = Array.from({ length: 20 }, (_, i) =>
      requests(200 + i, (random) => [Math.floor(random() * articles), Math.floor(random() * places)]),
    );
    for (const [apart, together] of runs) expect(together).toBeLessThanOrEqual(apart + 2);
  });

  test("are followed only between spaces that are judged, in their order, and within bounds", () => {
    expect(isPairSpace(pairs)).toBe(true);
    expect(isPairSpace(first)).toBe(false);
    expect(spaces.pairSpaceOf(first, spaces.spaceOf(other, 77))).toBe(-1);
    expect(spaces.pairSpaceOf(first, -1)).toBe(-1);
    const cases = new EnumerationCases(16);
    for (let space = 0; space < 4; space++) expect(cases.open(3, space)).toBeGreaterThanOrEqual(0);
    expect(cases.open(3, 4)).toBe(-1);
    expect(cases.open(3, 64)).toBeGreaterThanOrEqual(0);
    expect(cases.open(3, 65)).toBeGreaterThanOrEqual(0);
    expect(cases.open(3, 66)).toBe(-1);
  });

  test("that are new, as nearly all are, are not what a subject is told of", () => {
    const cases = new EnumerationCases(16);
    const random = createRandom(3);
    for (let i = 0; i < 5; i++) {
      const [sku, zip] = [popular(random, articles), popular(random, places)];
      for (const [space, value] of [
        [first, sku + 1e6],
        [pairs, pairOf(sku, zip)],
      ] as const) {
        const known = spaces.space(space);
        if (known !== undefined) cases.slab.observe(cases.open(9, space), { value, number: Number.NaN }, known);
      }
    }
    const single = cases.find(9, first);
    expect(cases.finding(9)).toEqual(cases.slab.finding(single));
  });

  test("outlive a restart with the spaces they come from", () => {
    const after = new SlotSpaces(1);
    after.restore(JSON.parse(JSON.stringify(spaces.save())));
    const again = after.pairSpaceOf(after.spaceOf(article, 1e6), after.spaceOf(place, 2e6));
    expect(after.space(again)?.requests).toBe(spaces.space(pairs)?.requests);
  });
});
