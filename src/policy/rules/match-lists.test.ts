import { describe, expect, it } from "vitest";
import { MatchLists } from "./match-lists.ts";
import type { Rule } from "./rule.ts";

const rules = Array.from({ length: 600 }, (_, i) => ({ name: `rule-${i}` })) as unknown as readonly Rule[];
const named = (list: readonly Rule[]): readonly string[] => list.map(({ name }) => name);

describe("lists of matched rules", () => {
  it("stand in the order of the packs, each rule once, however its position came", () => {
    const lists = new MatchLists(rules);
    expect(named(lists.of([7, 3, 7, 599, 0, 3]))).toEqual(["rule-0", "rule-3", "rule-7", "rule-599"]);
    expect(lists.of([])).toEqual([]);
  });

  it("are one list for the same positions", () => {
    const lists = new MatchLists(rules);
    expect(lists.of([5, 2])).toBe(lists.of([2, 5]));
  });

  it("are never another's, though two hundred and fifty-six places are shared by a thousand lists", () => {
    const lists = new MatchLists(rules);
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < 1_000; i++) {
        const positions = [i % 600, (i * 7) % 600, (i * 31) % 600];
        const wanted = [...new Set(positions)].toSorted((a, b) => a - b).map((at) => `rule-${at}`);
        expect(named(lists.of([...positions]))).toEqual(wanted);
      }
  });

  it("do not change with the positions they were made of", () => {
    const lists = new MatchLists(rules);
    const positions = [4, 1];
    const list = lists.of(positions);
    positions.length = 0;
    positions.push(9);
    expect(named(list)).toEqual(["rule-1", "rule-4"]);
    expect(lists.of([1, 4])).toBe(list);
  });
});
