import { expect, test } from "vitest";
import { ClientTable, rowBytes } from "./client-table.ts";

const words = Uint32Array.from([0, 0, 0xffff, 0x01020304]);
const key = { application: 0, agent: 3, identity: 0 };

test("a row is found by its key only, and under its identity once it has one", () => {
  const table = new ClientTable(16);
  const row = table.open(words, key, 1_000);
  expect(table.find(words, key)).toBe(row);
  expect(table.find(words, { ...key, agent: 4 })).toBe(-1);
  expect(table.find(Uint32Array.from([0, 0, 0xffff, 9]), key)).toBe(-1);
  table.identify(row, 42);
  expect(table.find(words, key)).toBe(-1);
  expect(table.find(words, { ...key, identity: 42 })).toBe(row);
  table.close(row);
  expect(table.find(words, { ...key, identity: 42 })).toBe(-1);
});

test("a row stays within 128 bytes", () => {
  expect(rowBytes).toBeLessThanOrEqual(128);
});

test("counters keep their ratio when they are full, and rare events do not vanish", () => {
  const table = new ClientTable(4);
  const row = table.open(words, key, 0);
  table.count(row, 2);
  for (let i = 0; i < 1_000; i++) {
    table.count(row, 0);
    if (i % 4 === 0) table.count(row, 1);
  }
  expect(table.get(row, 1) / table.get(row, 0)).toBeCloseTo(0.25, 1);
  expect(table.get(row, 2)).toBe(1);
  expect(table.scale(row)).toBeGreaterThan(0);
});

test("a clock that goes back never makes a span negative", () => {
  const table = new ClientTable(4);
  const row = table.open(words, key, 50_000);
  table.touch(row, 60_000);
  table.touch(row, 1_000);
  expect(table.lastSeen(row)).toBe(60_000);
  table.countRequest(row);
  table.decide(row, 1_000);
  expect(table.decidedAt(row)).toEqual({ request: 1, time: 50_000 });
});

test("uncounting stops at zero", () => {
  const table = new ClientTable(4);
  const row = table.open(words, key, 0);
  table.uncount(row, 5);
  expect(table.get(row, 5)).toBe(0);
});
