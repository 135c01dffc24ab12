import { expect, test } from "vitest";
import { SessionTable } from "./session-table.ts";

function open(table: SessionTable, origin: number, at: number): number {
  const victim = table.victim();
  if (victim >= 0) table.close(victim);
  return table.open(origin, 0, at);
}

test("a session is found by its origin, and by its identity once it has one", () => {
  const table = new SessionTable(8, 25);
  const slot = open(table, 77, 1);
  expect(table.findByOrigin(77)).toBe(slot);
  expect(table.findByIdentity(5)).toBe(-1);
  table.identify(slot, 5);
  expect(table.findByIdentity(5)).toBe(slot);
  table.close(slot);
  expect(table.findByOrigin(77)).toBe(-1);
  expect(table.findByIdentity(5)).toBe(-1);
});

test("a second session of an origin takes over its entry and leaves the first to its identity", () => {
  const table = new SessionTable(8, 25);
  const first = open(table, 77, 1);
  table.identify(first, 5);
  const second = open(table, 77, 2);
  expect(table.findByOrigin(77)).toBe(second);
  expect(table.findByIdentity(5)).toBe(first);
  table.close(first);
  expect(table.findByOrigin(77)).toBe(second);
});

test("a flood of new keys recycles probation and leaves established sessions alone", () => {
  const table = new SessionTable(100, 25);
  const established = Array.from({ length: 70 }, (_, i) => open(table, 1_000 + i, i));
  for (const slot of established) table.establish(slot);
  for (let i = 0; i < 10_000; i++) open(table, 100_000 + i, 1_000 + i);
  expect(table.size).toBe(100);
  for (const [i, slot] of established.entries()) expect(table.findByOrigin(1_000 + i)).toBe(slot);
});

test("newcomers keep their share when all slots are established", () => {
  const table = new SessionTable(20, 25);
  for (let i = 0; i < 20; i++) table.establish(open(table, 1_000 + i, i));
  const fresh = open(table, 5, 100);
  expect(table.isEstablished(fresh)).toBe(false);
  expect(table.findByOrigin(1_000)).toBe(-1);
  expect(table.findByOrigin(1_019)).toBeGreaterThanOrEqual(0);
});

test("the longest-silent session goes idle first, and touching keeps one awake", () => {
  const table = new SessionTable(8, 50);
  const old = open(table, 1, 10);
  const young = open(table, 2, 20);
  expect(table.idle(15)).toBe(old);
  table.touch(old, 30);
  expect(table.idle(15)).toBe(-1);
  expect(table.idle(25)).toBe(young);
  table.touch(old, 5);
  expect(table.idle(29)).toBe(young);
});
