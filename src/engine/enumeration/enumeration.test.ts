import { beforeAll, describe, expect, test } from "vitest";
import { createRandom, type Random } from "#core";
import { EnumerationCases, SlotSpace, SlotSpaces } from "./index.ts";

const catalogue = 20_000;

/** A Zipf draw over the catalogue by inversion of the continuous law; 0 is the best-seller. */
function popular(random: Random): number {
  return Math.floor(catalogue ** random()) - 1;
}

const threshold = Math.log(1e3);

function requestsToConvict(draw: (i: number) => number, space: SlotSpace, limit = 600): number {
  const cases = new EnumerationCases(16);
  const subject = cases.open(1, 0);
  for (let i = 1; i <= limit; i++) {
    const value = draw(i);
    cases.slab.observe(subject, { value: value + 1e6, number: value }, space);
    if (cases.slab.finding(subject).nats >= threshold) return i;
  }
  return Number.POSITIVE_INFINITY;
}

describe("enumeration", () => {
  const space = new SlotSpace(createRandom(1));
  beforeAll(() => {
    const random = createRandom(2);
    for (let i = 0; i < 60_000; i++) {
      const number = popular(random);
      space.learn(number + 1e6, i * 1_000, { number });
    }
  });

  test("the space knows its size and that few values make most requests", () => {
    expect(space.size()).toBeGreaterThan(8_000);
    expect(space.size()).toBeLessThan(40_000);
    expect(space.laws?.honest[6] ?? 0).toBeGreaterThan(0.2 * (space.laws?.honestTotal ?? 0));
  });

  test("a uniform scraper is convicted within a dozen requests, whoever sends them", () => {
    const random = createRandom(3);
    const runs = Array.from({ length: 40 }, () => requestsToConvict(() => Math.floor(random() * catalogue), space));
    expect(runs.sort((a, b) => a - b)[20]).toBeLessThanOrEqual(12);
  });

  test("a walk is convicted in a few steps", () => {
    expect(requestsToConvict((i) => 5_000 + i, space)).toBeLessThanOrEqual(9);
  });

  test("people stay free over three hundred cohorts of two hundred requests", () => {
    const random = createRandom(4);
    let convicted = 0;
    for (let cohort = 0; cohort < 300; cohort++) {
      if (requestsToConvict(() => popular(random), space, 200) < Number.POSITIVE_INFINITY) convicted++;
    }
    expect(convicted).toBeLessThanOrEqual(1);
  });

  test("what may reach an amount of evidence is told without logarithms as with them, in one space and in several", () => {
    const random = createRandom(11);
    const cases = new EnumerationCases(64);
    for (let i = 0; i < 4_000; i++) {
      const subject = 1 + Math.floor(random() * 12);
      const place = cases.open(subject, Math.floor(random() * 3));
      // Some people, some walkers, some who draw at random.
      const number = subject < 5 ? popular(random) : subject < 8 ? 5_000 + i : Math.floor(random() * catalogue);
      cases.slab.observe(place, { value: number + 1e6, number }, space);
      const nats = cases.evidence(subject);
      expect(cases.mayReach(subject, nats - 1e-6)).toBe(true);
      expect(cases.mayReach(subject, nats + 1e-6)).toBe(nats > 700);
    }
  });

  test("who asks for the best-sellers only, never twice, fails the birthday test in the end", () => {
    const random = createRandom(5);
    const runs = Array.from({ length: 21 }, () => {
      const order = Array.from({ length: 600 }, (_, i) => i).sort(() => random() - 0.5);
      const cases = new EnumerationCases(16);
      const subject = cases.open(1, 0);
      for (const value of order.slice(0, 250))
        cases.slab.observe(subject, { value: value + 1e6, number: Number.NaN }, space);
      return cases.slab.finding(subject).birthday;
    });
    expect(runs.sort((a, b) => a - b)[10]).toBeGreaterThan(threshold);
  });

  test("a small site's space knows after two thousand requests what its people want, and finds the scraper", () => {
    const random = createRandom(11);
    const small = new SlotSpace(createRandom(12));
    for (let i = 0; i < 2_100; i++) small.learn(Math.floor(2_000 ** random()) + 1e6, i * 30_000);
    expect(small.unpopularHonest).toBeLessThan(0.5);
    const runs = Array.from({ length: 40 }, () => requestsToConvict(() => Math.floor(random() * 2_000), small));
    expect(runs.sort((a, b) => a - b)[20]).toBeLessThanOrEqual(20);
    let convicted = 0;
    for (let cohort = 0; cohort < 100; cohort++)
      if (requestsToConvict(() => Math.floor(2_000 ** random()), small, 100) < Number.POSITIVE_INFINITY) convicted++;
    expect(convicted).toBeLessThanOrEqual(1);
  });

  test("an hour of attack may not teach what is popular", () => {
    const random = createRandom(6);
    const taught = new SlotSpace(createRandom(7));
    for (let i = 0; i < 30_000; i++) taught.learn(popular(random) + 1e6, i * 1_000);
    const before = taught.requests;
    for (let i = 0; i < 100_000; i++) taught.learn(1e9 + i, 30_000_000 + i);
    expect(taught.requests - before).toBeLessThan(20_000);
  });
});

describe("slot spaces", () => {
  test("the mobile endpoint joins the space of the web endpoint by the values they share", () => {
    const random = createRandom(8);
    const spaces = new SlotSpaces(1);
    for (let i = 0; i < 20_000; i++) {
      const value = popular(random) + 1e6;
      spaces.learn(spaces.spaceOf(1, value), value, i);
      const other = Math.floor(random() * 500) + 5e6;
      spaces.learn(spaces.spaceOf(2, other), other, i);
    }
    const web = spaces.spaceOf(1, 1e6);
    for (let i = 0; i < 400; i++) spaces.spaceOf(3, popular(random) + 1e6);
    expect(spaces.spaceOf(3, 1e6)).toBe(web);
    expect(spaces.spaceOf(2, 5e6)).not.toBe(web);
  });

  test("what is popular outlives a restart: a scraper of the first minute is judged by the people of last week", () => {
    const random = createRandom(9);
    const before = new SlotSpaces(1);
    for (let i = 0; i < 60_000; i++) {
      const number = popular(random);
      const value = number + 1e6;
      before.space(before.spaceOf(1, value))?.learn(value, i * 1_000, { number });
      before.spaceOf(2, value);
    }
    const after = new SlotSpaces(1);
    after.restore(JSON.parse(JSON.stringify(before.save())));
    const space = after.space(after.spaceOf(2, 1e6)) as SlotSpace;
    const kept = before.space(before.spaceOf(1, 1e6)) as SlotSpace;
    expect(space.requests).toBe(kept.requests);
    expect([1, 10, 1_000].map((number) => space.binOf(number + 1e6))).toEqual(
      [1, 10, 1_000].map((number) => kept.binOf(number + 1e6)),
    );
    const runs = Array.from({ length: 40 }, () => requestsToConvict(() => Math.floor(random() * catalogue), space));
    expect(runs.sort((a, b) => a - b)[20]).toBeLessThanOrEqual(12);
  });

  test("of many spaces the busiest eight are kept, and a young one starts young again", () => {
    const before = new SlotSpaces(1);
    for (let slot = 1; slot <= 12; slot++)
      for (let i = 0; i < slot * 3; i++) before.space(before.spaceOf(slot, i))?.learn(i, i);
    const saved = before.save();
    expect(saved.spaces.map(({ requests }) => requests)).toEqual([36, 33, 30, 27, 24, 21, 18, 15]);
    const after = new SlotSpaces(1);
    after.restore(saved);
    expect(after.space(after.spaceOf(12, 1))?.requests).toBe(36);
    expect(after.space(after.spaceOf(1, 1))?.requests).toBe(0);
    expect(after.space(after.spaceOf(12, 1))?.laws).toBeUndefined();
  });

  test("tables are bounded", () => {
    const spaces = new SlotSpaces(1);
    for (let slot = 0; slot < 3_000; slot++) spaces.spaceOf(slot, slot);
    expect(spaces.spaces.length).toBe(64);
    expect(spaces.spaceOf(2_999, 1)).toBe(-1);
    const cases = new EnumerationCases(16);
    const busy = cases.open(1, 1);
    const space = new SlotSpace(createRandom(1));
    for (let i = 0; i < 5; i++) cases.slab.observe(busy, { value: i, number: Number.NaN }, space);
    for (let subject = 2; subject < 500; subject++) cases.open(subject, 1);
    expect(cases.size).toBeLessThanOrEqual(16);
    expect(cases.find(1, 1)).toBe(busy);
  });

  test("a subject is followed in four spaces, and evicting one of its cases leaves the others findable", () => {
    const cases = new EnumerationCases(16);
    const space = new SlotSpace(createRandom(1));
    for (let number = 0; number < 4; number++) {
      const place = cases.open(9, number);
      for (let i = 0; i <= number; i++) cases.slab.observe(place, { value: i, number: Number.NaN }, space);
    }
    expect(cases.open(9, 4)).toBe(-1);
    for (let subject = 100; subject < 400; subject++)
      cases.slab.observe(cases.open(subject, 1), { value: 1, number: 1 }, space);
    expect(cases.size).toBe(16);
    const left = [0, 1, 2, 3].filter((number) => cases.find(9, number) >= 0);
    expect(left).toContain(3);
    for (const number of left) expect(cases.slab.requestsOf(cases.find(9, number))).toBe(number + 1);
  });
});
