import { expect, test } from "vitest";
import { type Dress, dressesOf, retoolingSteps, type Visit } from "./retooling.ts";

const minute = 60_000;

/** A look worn for ten minutes, from a given minute on. */
function dress(from: number, over: Partial<Dress> = {}): Dress {
  const first = from * minute;
  return {
    agent: "curl/8",
    ja4: "t13d",
    headers: "h1",
    networks: ["10.0.0.0/24"],
    requests: 100,
    first,
    last: first + 10 * minute,
    stopped: undefined,
    ...over,
  };
}

test("a campaign that retools four times has four steps in order, each with what changed and what came before it", () => {
  const steps = retoolingSteps([
    dress(0, { stopped: { at: 9 * minute, by: "block by the rule no-curl" } }),
    dress(11, { agent: "Mozilla/5.0", stopped: { at: 20 * minute, by: "block (prior)" } }),
    dress(33, { agent: "Mozilla/5.0", headers: "h2", ja4: "t13i", networks: ["10.9.0.0/24"] }),
    dress(22, { agent: "Mozilla/5.0", ja4: "t13i" }),
    dress(44, { agent: "Mozilla/5.0", headers: "h2", ja4: "t13i", networks: ["10.7.0.0/24"] }),
  ]);
  expect(steps.map(({ changed }) => changed)).toEqual([
    ["user agent"],
    ["TLS hello"],
    ["header order", "networks"],
    ["networks"],
  ]);
  expect(steps.map(({ after }) => after)).toEqual([
    "block by the rule no-curl, first at 00:09:00",
    "block (prior), first at 00:20:00",
    null,
    null,
  ]);
  expect(steps[0]?.why).toContain('"curl/8" became "Mozilla/5.0"');
  expect(steps[0]?.why).toContain("60 s after the earlier look ended");
});

test("looks that come side by side are a wardrobe, and a stray is no look", () => {
  expect(retoolingSteps([dress(0), dress(1, { agent: "b" }), dress(2, { agent: "c" })])).toEqual([]);
  expect(retoolingSteps([dress(0), dress(11, { agent: "probe", requests: 4 })])).toEqual([]);
  expect(retoolingSteps([dress(0), dress(11, { agent: "probe", requests: 5 })])).toHaveLength(1);
  // Overlapping by a fifth of its time a look is still replaced, by more it is not.
  expect(retoolingSteps([dress(0), dress(8, { agent: "b" })])).toHaveLength(1);
  expect(retoolingSteps([dress(0), dress(7.9, { agent: "b" })])).toEqual([]);
  const wardrobe = Array.from({ length: 25 }, (_, i) => dress(11 * i, { agent: `a${i}` }));
  expect(retoolingSteps(wardrobe.slice(1))).toHaveLength(23);
  expect(retoolingSteps(wardrobe)).toEqual([]);
  expect(retoolingSteps([])).toEqual([]);
});

test("a counter-measure that came after the change did not cause it", () => {
  const [step] = retoolingSteps([dress(0, { stopped: { at: 11.5 * minute, by: "block" } }), dress(11, { agent: "b" })]);
  expect(step?.after).toBe(null);
});

/** Requests of one look from one network, for ten minutes from a given minute on. */
function visit(from: number, network: string, over: Partial<Visit> = {}): Visit {
  const { networks: _, ...rest } = dress(from);
  return { ...rest, network, ...over };
}

test("who changes nothing but the networks has changed the networks; networks side by side are no change", () => {
  const moved = [visit(0, "10.0.0.0/24"), visit(1, "10.0.1.0/24"), visit(15, "10.9.0.0/24")];
  expect(retoolingSteps(dressesOf(moved)).map(({ changed, at }) => [changed, at])).toEqual([
    [["networks"], 15 * minute],
  ]);
  const beside = [visit(0, "10.0.0.0/24"), visit(4, "10.0.1.0/24"), visit(8, "10.9.0.0/24")];
  expect(dressesOf(beside)).toHaveLength(1);
});

test("a pool that gives every request another network is one look; moving into it is a change", () => {
  const pool = Array.from({ length: 100 }, (_, i) => {
    const first = (20 + i / 10) * minute;
    return visit(0, `10.8.${i}.0/24`, { requests: 1, first, last: first });
  });
  expect(dressesOf(pool)).toHaveLength(1);
  const steps = retoolingSteps(dressesOf([visit(0, "10.0.0.0/24"), ...pool]));
  expect(steps.map(({ changed, at }) => [changed, at])).toEqual([[["networks"], 20 * minute]]);
});
