import fc from "fast-check";
import { expect, test } from "vitest";
import { IssuedMemory } from "./issued-memory.ts";

const day = 24 * 3600_000;
const hashed = fc.maxSafeNat().map((value) => value + 1);

test("what was issued is always recognised, under its own name", () => {
  fc.assert(
    fc.property(fc.array(hashed, { minLength: 1, maxLength: 200 }), (values) => {
      const memory = new IssuedMemory(4, 65_536);
      for (const value of values) memory.add(value, 7, 1_000);
      expect(values.every((value) => memory.issuedSince(value, 7) === 1_000)).toBe(true);
    }),
  );
});

test("a value issued under another name is not recognised, save by the filter's error", () => {
  const memory = new IssuedMemory(4, 65_536);
  for (let i = 1; i <= 1_000; i++) memory.add(i * 1_048_583, 7, 1_000);
  let wrong = 0;
  for (let i = 1; i <= 1_000; i++) if (!Number.isNaN(memory.issuedSince(i * 1_048_583, 8))) wrong++;
  expect(wrong).toBeLessThan(10);
});

test("a full generation recognises strangers in less than one case of a hundred", () => {
  const memory = new IssuedMemory(2, 65_536);
  for (let i = 1; i <= 5_400; i++) memory.add(i * 1_048_583, 1, 1_000);
  let wrong = 0;
  for (let i = 1; i <= 20_000; i++) if (!Number.isNaN(memory.issuedSince(i * 1_299_709 + 17, 1))) wrong++;
  expect(wrong / 20_000).toBeLessThan(0.01);
});

test("generations end after a day, and completeness moves on when the oldest is forgotten", () => {
  const memory = new IssuedMemory(3, 4_096);
  expect(memory.completeSince).toBe(Number.POSITIVE_INFINITY);
  for (let i = 0; i <= 4; i++) memory.add(1_000 + i, 1, 1 + i * (day + 1));
  expect(memory.issuedSince(1_000, 1)).toBeNaN();
  expect(memory.issuedSince(1_004, 1)).toBe(1 + 4 * (day + 1));
  expect(memory.completeSince).toBe(1 + 2 * (day + 1));
});

test("a flood of issued values buys ignorance: memory stays, completeness shrinks", () => {
  const memory = new IssuedMemory(2, 1_024);
  for (let i = 1; i <= 10_000; i++) memory.add(i * 1_048_583, 1, i);
  expect(memory.completeSince).toBeGreaterThan(9_000);
});

test("what was saved is recognised after a restart, but nothing unseen counts as never issued", () => {
  const memory = new IssuedMemory(3, 4_096);
  memory.add(42, 1, 1_000);
  memory.add(43, 1, 1_000 + 2 * day);
  const next = new IssuedMemory(3, 4_096);
  next.restore(memory.save(), 5 * day);
  expect(next.issuedSince(42, 1)).toBe(1_000);
  expect(next.issuedSince(43, 1)).toBe(1_000 + 2 * day);
  expect(next.completeSince).toBe(5 * day);
  const other = new IssuedMemory(3, 8_192);
  other.restore(memory.save(), 5 * day);
  expect(other.issuedSince(42, 1)).toBeNaN();
});
