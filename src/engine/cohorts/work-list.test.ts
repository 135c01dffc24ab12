import { describe, expect, test } from "vitest";
import { EProcess, WorkList } from "./index.ts";

const hour = 3_600_000;

/** A list of which a campaign did the accounts below `done`, and people who log in to accounts at random. */
function listAfter(done: number, people: number): WorkList {
  const list = new WorkList();
  for (let account = 1; account <= done; account++) list.tried(account);
  for (let i = 0; i < people; i++) list.learn(1 + ((i * 7_919) % 1_000), i * 1_000);
  return list;
}

function evidence(list: WorkList, accounts: readonly number[]): number {
  const process = new EProcess(2);
  const { laws } = list;
  if (laws === undefined) return 0;
  for (const account of accounts) process.observe(list.binOf(account), laws);
  return process.logEvidence(true);
}

describe("the work list of a campaign", () => {
  test("tells who goes on where it stopped from people who log in to whatever accounts they have", () => {
    const list = listAfter(330, 600);
    const goesOn = Array.from({ length: 40 }, (_, i) => 400 + i);
    const people = Array.from({ length: 40 }, (_, i) => 1 + ((i * 6_151) % 1_000));
    expect(evidence(list, goesOn)).toBeGreaterThan(9);
    expect(evidence(list, people)).toBeLessThan(1);
  });

  test("says nothing while too few people were seen, or a campaign did hardly anything, or nearly everything", () => {
    expect(listAfter(330, 99).laws).toBeUndefined();
    expect(listAfter(330, 100).laws).toBeDefined();
    expect(listAfter(20, 600).laws).toBeUndefined();
    expect(listAfter(990, 600).laws).toBeUndefined();
    expect(listAfter(0, 600).binOf(5)).toBe(-1);
  });

  test("starts over when its filter is full", () => {
    const list = listAfter(330, 600);
    for (let account = 10_000; account < 40_000; account++) list.tried(account);
    expect(list.binOf(10_000)).toBe(-1);
    list.learn(1, 30 * hour);
    expect(list.laws).toBeUndefined();
  });
});
