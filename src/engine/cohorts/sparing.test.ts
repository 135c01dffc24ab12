import { expect, test } from "vitest";
import { testConviction } from "../testdata/conviction.ts";
import {
  type CohortAxisName,
  CohortMemory,
  cohortAxisCount,
  cohortAxisIndex,
  type GroupingName,
  groupings,
  type Membership,
  sparing,
  writeCohortKeys,
} from "./index.ts";

const membership: Membership = {
  application: "shop",
  behaviour: 11,
  presentation: 22,
  stack: 33,
  context: 44,
  walk: 0,
  step: 99,
};

function binsOf(shown: Partial<Record<CohortAxisName, number>>): Int8Array {
  const bins = new Int8Array(cohortAxisCount).fill(-1);
  for (const [name, bin] of Object.entries(shown)) bins[cohortAxisIndex[name as CohortAxisName]] = bin;
  return bins;
}

/** A memory in which the member's cohorts of these groupings stand convicted, carried by these axes. */
function convicted(names: readonly GroupingName[], pattern: readonly CohortAxisName[], purity = 0.5): CohortMemory {
  const memory = new CohortMemory(8, 16);
  const keys = new Float64Array(groupings.length);
  writeCohortKeys(membership, keys);
  for (const grouping of names) {
    const key = keys[groupings.findIndex(({ name }) => name === grouping)] as number;
    const conviction = testConviction({ key, grouping, purity, pattern });
    memory.convictions.set(key, { conviction, lastMet: 0, met: 0, anchored: 0 });
  }
  return memory;
}

test("one who kept no cookie reads that the cookies would have spared it", () => {
  const memory = convicted(["presentation"], ["jar"]);
  expect(sparing(memory, membership, binsOf({ jar: 3, "side-effects": 0 }))).toContain(
    "the cookies it was given had come back",
  );
});

test("where two convictions hit, only what spares it from both is named", () => {
  const bins = binsOf({ arrival: 2, jar: 2, habit: 3 });
  expect(sparing(convicted(["presentation", "behaviour"], ["arrival"]), membership, bins)).toEqual(
    expect.arrayContaining(["it had come to that step the way people do"]),
  );
  const owner = "the account had been entered from its usual surroundings";
  expect(sparing(convicted(["presentation", "behaviour"], []), membership, bins)).toContain(owner);
  expect(sparing(convicted(["behaviour"], ["arrival"], 1), membership, binsOf({ arrival: 0 }))).toEqual([]);
});

test("what was never shown is not named, and the bins asked about stay as they were", () => {
  const bins = binsOf({ arrival: 2 });
  const before = Int8Array.from(bins);
  const words = sparing(convicted(["presentation"], ["arrival"]), membership, bins);
  expect(words).toEqual(["it had come to that step the way people do"]);
  expect(bins).toEqual(before);
});
