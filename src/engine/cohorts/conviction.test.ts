import { describe, expect, test } from "vitest";
import { testConviction } from "../testdata/conviction.ts";
import { type CohortAxisName, cohortAxisCount, cohortAxisIndex, hits, priorLaws } from "./index.ts";

function binsOf(shown: Partial<Record<CohortAxisName, number>>): Int8Array {
  const bins = new Int8Array(cohortAxisCount).fill(-1);
  for (const [name, bin] of Object.entries(shown)) bins[cohortAxisIndex[name as CohortAxisName]] = bin;
  return bins;
}

describe("a conviction beneath a look that people wear", () => {
  const shared = testConviction({ shared: true, pattern: ["way"] });
  const shown = (bins: Partial<Record<CohortAxisName, number>>): boolean => hits(shared, binsOf(bins), priorLaws());

  test("hits who takes the shortest way to an account that was never entered from there", () => {
    expect(shown({ way: 0, habit: 3, jar: 1, "side-effects": 0, typicality: 1 })).toBe(true);
    expect(shown({ way: 0, asn: 4, jar: 1 })).toBe(true);
  });

  test("hits who comes to an account of the country with a new device from a network that hardly anybody uses, and comes straight", () => {
    const far = { way: 0, habit: 2, asn: 4, jar: 1, country: 0 } as const;
    expect(shown(far)).toBe(true);
    expect(shown({ ...far, asn: 3 })).toBe(false);
    expect(shown({ ...far, habit: 1 })).toBe(false);
    expect(shown({ ...far, jar: 0 })).toBe(false);
    expect(shown({ ...far, way: 1 })).toBe(false);
  });

  test("spares cookies of an earlier day, owners at home, accounts that are new each time, and whoever looks around", () => {
    expect(shown({ way: 0, habit: 3, jar: 0 })).toBe(false);
    for (const habit of [0, 1, 2, 4]) expect(shown({ way: 0, habit, jar: 1 })).toBe(false);
    expect(shown({ way: 2, habit: 3, jar: 1 })).toBe(false);
    expect(shown({ way: 0, asn: 1, jar: 1 })).toBe(false);
    expect(shown({ habit: 3, jar: 1 })).toBe(false);
  });
});
