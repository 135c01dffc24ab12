import { describe, expect, test } from "vitest";
import { createRandom } from "#core";
import {
  createEvidenceTable,
  fitBetaWeights,
  fitPersonaMixture,
  groupCap,
  logBetaBinomial,
  logPersona,
  personaNats,
  personaPriors,
  selectPersonaMixture,
} from "./index.ts";

const honest = [
  { weight: 0.985, a: 0.5, b: 50 },
  { weight: 0.015, a: 50, b: 0.5 },
];
const automated = [
  { weight: 0.5, a: 20, b: 1 },
  { weight: 0.5, a: 0.5, b: 0.5 },
];

describe("beta-binomial evidence", () => {
  test("the mixture is a probability", () => {
    for (const trials of [1, 7, 64]) {
      let sum = 0;
      for (let hits = 0; hits <= trials; hits++) sum += Math.exp(logBetaBinomial(hits, trials, honest));
      expect(sum).toBeCloseTo(1, 9);
    }
  });

  test("evidence for a refuser's pattern saturates near minus ln of its prevalence", () => {
    const table = createEvidenceTable({ honest, automated });
    expect(table.nats(64, 64)).toBeLessThan(-Math.log(0.015) + 0.3);
    expect(table.nats(640, 640)).toBe(table.nats(64, 64));
    expect(table.nats(0, 64)).toBeLessThan(0);
    expect(table.nats(0, 0)).toBe(0);
  });

  test("the expected Bayes factor under the honest law is one: a valid e-value", () => {
    const table = createEvidenceTable({ honest, automated });
    let mean = 0;
    for (let hits = 0; hits <= 40; hits++) {
      mean += Math.exp(logBetaBinomial(hits, 40, honest) + table.nats(hits, 40));
    }
    expect(mean).toBeCloseTo(1, 5);
  });

  test("weights are learned from anchored clients", () => {
    const random = createRandom(3);
    const seen: [number, number][] = [];
    for (let i = 0; i < 5_000; i++) seen.push(random() < 0.04 ? [20, 20] : [0, 20]);
    const fitted = fitBetaWeights(seen, honest);
    expect(fitted[1]?.weight).toBeCloseTo(0.04, 2);
  });

  test("weights that do not sum to one are a broken invariant", () => {
    expect(() => createEvidenceTable({ honest: [{ weight: 0.5, a: 1, b: 1 }], automated })).toThrow(/sum to 1/);
  });
});

describe("group cap", () => {
  test("starts near the published prevalence and is earned by clean sessions", () => {
    const prior = personaPriors["cookie-refuser"];
    const first = groupCap(prior, 0, 0);
    expect(first).toBeGreaterThan(3);
    expect(first).toBeLessThan(-Math.log(0.015));
    expect(groupCap(prior, 0, 30_000)).toBeGreaterThan(7);
    expect(groupCap(prior, 450, 30_000)).toBeCloseTo(-Math.log(0.0165), 1);
    expect(groupCap({ rate: 0, sessions: 0, source: "none" }, 0, 0)).toBe(0);
  });
});

describe("persona mixture", () => {
  const masks = (): Map<number, number> => {
    const random = createRandom(11);
    const counts = new Map<number, number>();
    for (let i = 0; i < 40_000; i++) {
      const persona = random();
      const rate = (g: number): number => (persona < 0.006 ? 0.95 : persona < 0.021 ? (g === 0 ? 0.97 : 0.02) : 0.01);
      let mask = 0;
      for (let g = 0; g < 4; g++) if (random() < rate(g)) mask |= 1 << g;
      counts.set(mask, (counts.get(mask) ?? 0) + 1);
    }
    return counts;
  };

  test("one privacy persona explains four oddities together, where independence would call them impossible", () => {
    const mixture = fitPersonaMixture(masks(), 4, { classes: 3, seed: 1, restarts: 6 });
    const nats = personaNats(mixture, 0b1111, 0b1111);
    const independent = personaNats(
      fitPersonaMixture(masks(), 4, { classes: 1, seed: 1, restarts: 1 }),
      0b1111,
      0b1111,
    );
    expect(nats).toBeGreaterThan(4.5);
    expect(nats).toBeLessThan(6);
    expect(independent).toBeGreaterThan(12);
  });

  test("the criterion picks more than one class, and patterns sum to one", () => {
    const mixture = selectPersonaMixture(masks(), 4, { classesMax: 4, seed: 2 });
    expect(mixture.weights.length).toBeGreaterThanOrEqual(2);
    let sum = 0;
    for (let mask = 0; mask < 16; mask++) sum += Math.exp(logPersona(mixture, mask));
    expect(sum).toBeCloseTo(1, 9);
  });
});
