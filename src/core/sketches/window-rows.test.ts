import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { mix32 } from "./mix.ts";
import { WindowClock, WindowRows } from "./window-rows.ts";

const minute = 60_000;
const hour = 3_600_000;

test("events are counted by key and window, the previous window fading as it leaves", () => {
  const clock = new WindowClock([minute, hour]);
  const rows = new WindowRows({ counters: [0, 1], sets: [] }, clock, 16);
  clock.set(100 * minute);
  for (let i = 0; i < 6; i++) {
    const row = rows.open(7);
    rows.add(row, 0, 1);
    rows.add(row, 1, 1);
  }
  rows.add(rows.open(8), 0, 1);
  expect([rows.count(rows.find(7), 0), rows.count(rows.find(7), 1), rows.count(rows.find(8), 0)]).toEqual([6, 6, 1]);
  clock.set(101 * minute + minute / 2);
  expect([rows.count(rows.find(7), 0), rows.count(rows.find(7), 1)]).toEqual([3, 6]);
  clock.set(102 * minute);
  expect([rows.count(rows.find(7), 0), rows.count(rows.find(7), 1)]).toEqual([0, 6]);
  clock.set(240 * minute);
  expect(rows.count(rows.find(7), 1)).toBe(0);
});

test("what is taken back does not go below nothing, and no key has no row", () => {
  const clock = new WindowClock([minute]);
  const rows = new WindowRows({ counters: [0], sets: [] }, clock, 16);
  clock.set(minute);
  const row = rows.open(1);
  rows.add(row, 0, 1);
  rows.add(row, 0, -1);
  rows.add(row, 0, -1);
  expect(rows.count(row, 0)).toBe(0);
  expect([rows.open(0), rows.find(0), rows.find(2)]).toEqual([-1, -1, -1]);
});

test("a count saturates and leaves its neighbours alone", () => {
  const clock = new WindowClock([minute]);
  const rows = new WindowRows({ counters: [0, 0], sets: [0] }, clock, 16);
  clock.set(minute);
  const row = rows.open(1);
  for (let i = 0; i < 70_000; i++) rows.add(row, 0, 1);
  expect([rows.count(row, 0), rows.count(row, 1), rows.different(row, 0)]).toEqual([65_535, 0, 0]);
});

test("different values are found over two windows and forgotten after them", () => {
  const clock = new WindowClock([minute]);
  const rows = new WindowRows({ counters: [], sets: [0, 0] }, clock, 16);
  clock.set(10 * minute);
  for (let i = 0; i < 10; i++) rows.meet(rows.open(5), 1, mix32(i % 5));
  clock.set(11 * minute);
  for (let i = 5; i < 10; i++) rows.meet(rows.open(5), 1, mix32(i));
  const ten = rows.different(rows.find(5), 1);
  expect(ten).toBeGreaterThan(8.5);
  expect(ten).toBeLessThan(11.5);
  expect(rows.different(rows.find(5), 0)).toBe(0);
  clock.set(12 * minute);
  expect(rows.different(rows.find(5), 1)).toBeLessThan(6.5);
  clock.set(14 * minute);
  expect(rows.different(rows.find(5), 1)).toBe(0);
});

test("a flood of fresh keys pushes out fresh keys, not one that did much", () => {
  const clock = new WindowClock([minute, hour]);
  const rows = new WindowRows({ counters: [1], sets: [] }, clock, 64);
  clock.set(hour);
  for (let i = 0; i < 40; i++) rows.add(rows.open(0x5a5a), 0, 1);
  for (let key = 1; key < 20_000; key++) rows.add(rows.open(mix32(key) || 1), 0, 1);
  expect(rows.count(rows.find(0x5a5a), 0)).toBe(40);
});

test("a clock that steps back counts in the window that is open", () => {
  const clock = new WindowClock([minute]);
  const rows = new WindowRows({ counters: [0], sets: [] }, clock, 16);
  clock.set(10 * minute);
  rows.add(rows.open(3), 0, 1);
  clock.set(5 * minute);
  rows.add(rows.open(3), 0, 1);
  expect(rows.count(rows.find(3), 0)).toBe(2);
});

test("a table with more columns takes over what another one knows", () => {
  const clock = new WindowClock([minute, hour]);
  const narrow = new WindowRows({ counters: [1], sets: [1] }, clock, 64);
  clock.set(hour);
  for (let key = 1; key <= 20; key++) {
    const row = narrow.open(mix32(key));
    narrow.add(row, 0, key);
    narrow.meet(row, 0, key);
  }
  const wide = new WindowRows({ counters: [0, 1], sets: [0, 1] }, clock, 64);
  wide.takeOver(narrow, { counters: [-1, 0], sets: [-1, 0] });
  for (let key = 1; key <= 20; key++) {
    const row = wide.find(mix32(key));
    if (narrow.find(mix32(key)) < 0) continue;
    expect([wide.count(row, 0), wide.count(row, 1), wide.different(row, 0), wide.different(row, 1)]).toEqual([
      0,
      key,
      0,
      1,
    ]);
  }
});

test("for any traffic the estimate stays between the events of the window and those of two windows", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      const random = createRandom(seed);
      const clock = new WindowClock([minute]);
      const rows = new WindowRows({ counters: [0], sets: [] }, clock, 64);
      const times: number[] = [];
      let at = 1_000 * minute;
      for (let i = 0; i < 200; i++) {
        at += random() ** 4 * 2 * minute;
        clock.set(at);
        rows.add(rows.open(9), 0, 1);
        times.push(at);
        const found = rows.count(rows.find(9), 0);
        const since = (start: number): number => times.filter((time) => time >= start).length;
        const window = Math.floor(at / minute) * minute;
        expect(found).toBeGreaterThanOrEqual(since(window));
        expect(found).toBeLessThanOrEqual(since(window - minute));
      }
    }),
    { numRuns: 50 },
  );
});
