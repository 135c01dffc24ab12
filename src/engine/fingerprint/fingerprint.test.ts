import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "#core";
import {
  alphabetOf,
  DimensionStatistics,
  dimensionIndex,
  dimensions,
  EdgeLearner,
  fingerprintOf,
  priorEdges,
  specificity,
  strictDefault,
  tokenInWords,
  tokenise,
} from "./index.ts";

const unknown = (): Float64Array => new Float64Array(dimensions.length).fill(Number.NaN);

function trait(values: Float64Array, name: string, value: number): Float64Array {
  const d = dimensionIndex.get(name);
  if (d === undefined) throw new Error(`no dimension ${name}`);
  values[d] = value;
  return values;
}

function randomTokens(random: Random): Uint8Array {
  return Uint8Array.from(dimensions, (dimension) => 1 + Math.floor(random() ** 2 * alphabetOf(dimension)));
}

describe("dimensions", () => {
  test("there are 32 to 48, each with 2 to 12 tokens, and none is presentation", () => {
    expect(dimensions.length).toBeGreaterThanOrEqual(32);
    expect(dimensions.length).toBeLessThanOrEqual(48);
    for (const dimension of dimensions) {
      expect(alphabetOf(dimension)).toBeGreaterThanOrEqual(2);
      expect(alphabetOf(dimension)).toBeLessThanOrEqual(12);
      expect(dimension.name).not.toMatch(/agent|header|address|tls|ja4|language|country/i);
    }
    expect(new Set(dimensions.map(({ name }) => name)).size).toBe(dimensions.length);
    expect(strictDefault.length).toBeGreaterThanOrEqual(12);
  });
});

describe("tokens", () => {
  test("unknown stays unknown, categories are clamped, quantities are cut", () => {
    const { tokens, near } = tokenise(
      trait(trait(trait(unknown(), "kind of client", 9), "median gap", 5_000), "body size", 130),
      priorEdges(),
    );
    expect(tokens[dimensionIndex.get("kind of client") ?? -1]).toBe(3);
    expect(tokens[dimensionIndex.get("median gap") ?? -1]).toBe(5);
    expect(near[dimensionIndex.get("median gap") ?? -1]).toBe(0);
    expect(tokens[dimensionIndex.get("body size") ?? -1]).toBe(3);
    expect(near[dimensionIndex.get("body size") ?? -1]).toBe(2);
    expect(tokens.filter((token) => token > 0)).toHaveLength(3);
  });

  test("both sides of an edge share a strict key, further away they do not", () => {
    const d = dimensionIndex.get("body size") ?? -1;
    const key = (bytes: number): number =>
      fingerprintOf(tokenise(trait(unknown(), "body size", bytes), priorEdges()), [d]).strict;
    expect(key(127)).toBe(key(130));
    expect(key(100)).not.toBe(key(200));
  });

  test("learned edges are people's quantiles", () => {
    const learner = new EdgeLearner();
    const random = createRandom(1);
    for (let i = 0; i < 2_000; i++) learner.learn(trait(unknown(), "median gap", 1_000 + 6_000 * random()));
    const edges = learner.edges()[dimensionIndex.get("median gap") ?? -1];
    expect(edges?.[0]).toBeGreaterThan(1_500);
    expect(edges?.[5]).toBeLessThan(6_500);
    expect(learner.edges()[dimensionIndex.get("body size") ?? -1]).toEqual(
      priorEdges()[dimensionIndex.get("body size") ?? -1],
    );
  });
});

describe("keys", () => {
  test("similar fingerprints share a family key, unrelated ones rarely", () => {
    const random = createRandom(2);
    let related = 0;
    let unrelated = 0;
    for (let i = 0; i < 200; i++) {
      const tokens = randomTokens(random);
      const retooled = Uint8Array.from(tokens, (token, d) => (d % 10 === 0 ? 1 + (token % 3) : token));
      const zeros = new Uint8Array(tokens.length);
      const family = new Set(fingerprintOf({ tokens, near: zeros }).family);
      if (fingerprintOf({ tokens: retooled, near: zeros }).family.some((key) => family.has(key))) related++;
      if (fingerprintOf({ tokens: randomTokens(random), near: zeros }).family.some((key) => family.has(key)))
        unrelated++;
    }
    expect(related).toBeGreaterThan(180);
    expect(unrelated).toBeLessThan(60);
  });

  test("a fingerprint can be read", () => {
    const words = (name: string, value: number, edges = priorEdges()): string => {
      const d = dimensionIndex.get(name) ?? -1;
      return tokenInWords(d, tokenise(trait(unknown(), name, value), edges).tokens[d] as number, edges);
    };
    expect(words("preconditions", 2)).toBe("none met");
    expect(words("preconditions", Number.NaN)).toBe("");
    expect([1, 3, 100, 900].map((length) => words("length", length))).toEqual([
      "1 request",
      "2 to 3 requests",
      "41 to 200 requests",
      "201 requests and more",
    ]);
    expect(words("median gap", 700)).toBe("200 ms to 1 s");
    expect(words("median gap", 90_000)).toBe("more than 30 s");
    expect(words("asset share", 0.5)).toBe("34 % to 67 %");
    expect(words("body size", 100)).toBe("64 bytes to 128 bytes");
    expect(words("login variant", 3)).toBe("variant 4 of 11");
    // Where everybody shows the same there is one edge, or none.
    const flat = priorEdges().map((edges) => (edges === null ? null : new Float64Array(0)));
    expect(words("think time", 1, flat)).toBe("any");
  });
});

describe("what dimensions are worth", () => {
  test("unstable dimensions drop out, and a retooled client is still more alike than a stranger", () => {
    const random = createRandom(3);
    const statistics = new DimensionStatistics();
    for (let i = 0; i < 2_000; i++) statistics.learnPerson(randomTokens(random));
    for (let i = 0; i < 300; i++) {
      const tokens = randomTokens(random);
      statistics.learnPair(
        tokens,
        Uint8Array.from(tokens, (token, d) => (d === 4 ? 1 + Math.floor(random() * 6) : token)),
      );
    }
    expect(statistics.stability(4)).toBeLessThan(0.5);
    expect(statistics.choose()).not.toContain(4);
    const own = randomTokens(random);
    const changed = Uint8Array.from(own, (token, d) => (d < 8 ? 1 : token));
    expect(statistics.likeness(own, changed)).toBeGreaterThan(9);
    expect(statistics.likeness(own, randomTokens(random))).toBeLessThan(0);
  });

  test("a key that is not specific enough says so", () => {
    expect(specificity(0, 400_000, 1e-5).actionable).toBe(true);
    expect(specificity(0, 1_000, 1e-5)).toMatchObject({ actionable: false });
    expect(specificity(0, 1_000, 1e-5).words).toMatch(/not actionable by itself: 0 of 1000/);
  });

  test("how many honest sessions are missing is exact: one fewer is not enough, and who is alike asks for more", () => {
    for (const alike of [0, 1, 5]) {
      const { missing } = specificity(alike, 100, 1e-3);
      expect(specificity(alike, 100 + missing, 1e-3)).toMatchObject({ actionable: true, missing: 0 });
      expect(specificity(alike, 100 + missing - 1, 1e-3)).toMatchObject({ actionable: false, missing: 1 });
    }
    expect(specificity(0, 0, 1e-3).missing).toBe(2_995);
    expect(specificity(1, 0, 1e-3).missing).toBeGreaterThan(4_700);
  });
});
