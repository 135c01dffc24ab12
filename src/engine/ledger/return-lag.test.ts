import { expect, test } from "vitest";
import { graceDefaultMs, lagClass, ReturnLag } from "./return-lag.ts";

test("the grace is the default until honest clients have shown otherwise", () => {
  const lag = new ReturnLag();
  expect(lag.graceMs).toBe(graceDefaultMs);
  for (let i = 0; i < 31; i++) lag.add(0);
  expect(lag.graceMs).toBe(graceDefaultMs);
});

test("the grace becomes the 99th percentile of what honest clients need", () => {
  const fast = new ReturnLag();
  for (let i = 0; i < 4_000; i++) fast.add(lagClass(i % 100 === 0 ? 600 : 0));
  expect(fast.graceMs).toBeGreaterThanOrEqual(600);
  expect(fast.graceMs).toBeLessThan(1_000);
});

test("the grace never falls below a quarter of a second nor exceeds ten seconds", () => {
  const none = new ReturnLag();
  for (let i = 0; i < 5_000; i++) none.add(0);
  expect(none.graceMs).toBe(250);
  const slow = new ReturnLag();
  for (let i = 0; i < 5_000; i++) slow.add(47);
  expect(slow.graceMs).toBe(10_000);
});

test("lag classes grow with the lag and stay within the table", () => {
  expect(lagClass(0)).toBe(0);
  expect(lagClass(7.9)).toBe(0);
  expect(lagClass(8)).toBe(1);
  expect(lagClass(1e9)).toBe(47);
});

test("a learned grace survives a restart", () => {
  const lag = new ReturnLag();
  for (let i = 0; i < 4_000; i++) lag.add(lagClass(400));
  const next = new ReturnLag();
  next.restore(lag.counts());
  expect(next.graceMs).toBe(lag.graceMs);
});
