import { describe, expect, test } from "vitest";
import { createRandom } from "#core";
import { drawNormal } from "../statistics/index.ts";
import {
  dawidSkene,
  deserialiseTrees,
  explainTrees,
  HalfSpaceTrees,
  isolationScore,
  predictTrees,
  serialiseTrees,
  trainBoosting,
  trainIsolationForest,
} from "./index.ts";

const features = 4;

/** Two informative features that interact, one monotone, one pure noise; some values unknown. */
function rows(count: number, seed: number): { values: Float64Array; labels: Float64Array } {
  const random = createRandom(seed);
  const values = new Float64Array(count * features);
  const labels = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const x = Array.from({ length: features }, () => drawNormal(random));
    const margin = 2 * (x[0] as number) * (x[1] as number) + 1.5 * (x[2] as number) - 0.5;
    labels[row] = random() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
    for (const [feature, value] of x.entries()) values[row * features + feature] = random() < 0.03 ? Number.NaN : value;
  }
  return { values, labels };
}

function areaUnderCurve(scores: readonly number[], labels: Float64Array): number {
  const order = scores.map((score, row) => ({ score, label: labels[row] as number })).sort((a, b) => a.score - b.score);
  let rankSum = 0;
  let positives = 0;
  for (const [rank, { label }] of order.entries()) {
    if (label !== 1) continue;
    rankSum += rank + 1;
    positives++;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

describe("gradient boosting", () => {
  const train = rows(6_000, 1);
  const held = rows(3_000, 2);
  const model = trainBoosting(
    { ...train, features },
    { seed: 7, trees: 80, depth: 4, monotone: Int8Array.of(0, 0, 1, 0) },
  );
  const margin = (row: number): number =>
    predictTrees(model, held.values.subarray(row * features, (row + 1) * features));

  test("ranks held-out rows well and is calibrated enough to be a margin", () => {
    const scores = Array.from({ length: 3_000 }, (_, row) => margin(row));
    expect(areaUnderCurve(scores, held.labels)).toBeGreaterThan(0.85);
  });

  test("one seed gives one model, another seed another", () => {
    const again = trainBoosting({ ...train, features }, { seed: 7, trees: 5, depth: 3 });
    const same = trainBoosting({ ...train, features }, { seed: 7, trees: 5, depth: 3 });
    const other = trainBoosting({ ...train, features }, { seed: 8, trees: 5, depth: 3 });
    expect(same).toEqual(again);
    expect(other.threshold).not.toEqual(again.threshold);
  });

  test("the constrained feature never lowers the margin", () => {
    const random = createRandom(3);
    for (let i = 0; i < 200; i++) {
      const row = Float64Array.from({ length: features }, () => 2 * drawNormal(random));
      let before = Number.NEGATIVE_INFINITY;
      for (let value = -3; value <= 3; value += 0.1) {
        row[2] = value;
        const now = predictTrees(model, row);
        expect(now).toBeGreaterThanOrEqual(before - 1e-6);
        before = now;
      }
    }
  });

  test("contributions add up to the margin and noise contributes least", () => {
    const share = new Float64Array(features);
    for (let row = 0; row < 300; row++) {
      const values = held.values.subarray(row * features, (row + 1) * features);
      const into = new Float64Array(features);
      const constant = explainTrees(model, values, into);
      const sum = into.reduce((total, value) => total + value, constant);
      expect(sum).toBeCloseTo(predictTrees(model, values), 3);
      for (let feature = 0; feature < features; feature++)
        share[feature] = (share[feature] as number) + Math.abs(into[feature] as number);
    }
    expect(share[3]).toBeLessThan(0.3 * (share[2] as number));
  });

  test("survives a trip through JSON and refuses a truncated file", () => {
    const plain = JSON.parse(JSON.stringify(serialiseTrees(model)));
    const back = deserialiseTrees(plain);
    const row = held.values.subarray(0, features);
    expect(predictTrees(back, row)).toBeCloseTo(predictTrees(model, row), 6);
    expect(() => deserialiseTrees({ ...plain, value: plain.value.slice(1) })).toThrow(/wrong number of values/);
  });
});

describe("isolation forest and half-space trees", () => {
  const random = createRandom(4);
  const ordinary = (): Float64Array => Float64Array.from({ length: 3 }, () => drawNormal(random));
  const odd = (): Float64Array => Float64Array.from({ length: 3 }, () => 5 + drawNormal(random));

  test("isolate what is unusual", () => {
    const values = new Float64Array(2_000 * 3);
    for (let row = 0; row < 2_000; row++) values.set(row < 1_990 ? ordinary() : odd(), row * 3);
    const forest = trainIsolationForest(values, 3, { seed: 1 });
    const scores = Array.from({ length: 400 }, (_, i) => isolationScore(forest, i < 200 ? ordinary() : odd()));
    expect(
      areaUnderCurve(
        scores,
        Float64Array.from({ length: 400 }, (_, i) => (i < 200 ? 0 : 1)),
      ),
    ).toBeGreaterThan(0.98);
    for (const score of scores) expect(score).toBeLessThanOrEqual(1);
  });

  test("the stream version says nothing before its first window and then ranks the odd higher", () => {
    const trees = new HalfSpaceTrees({
      seed: 2,
      features: 3,
      low: Float64Array.of(-8, -8, -8),
      high: Float64Array.of(8, 8, 8),
      window: 1_000,
      depth: 8,
    });
    expect(trees.observe(ordinary())).toBeNaN();
    for (let i = 0; i < 1_000; i++) trees.observe(ordinary());
    expect(trees.ready).toBe(true);
    const scores = Array.from({ length: 200 }, (_, i) => trees.observe(i < 150 ? ordinary() : odd()));
    expect(
      areaUnderCurve(
        scores,
        Float64Array.from({ length: 200 }, (_, i) => (i < 150 ? 0 : 1)),
      ),
    ).toBeGreaterThan(0.9);
  });
});

describe("Dawid-Skene", () => {
  test("finds who is reliable without any true label, and beats a majority vote", () => {
    const random = createRandom(5);
    const truth: number[] = [];
    const quality = [
      { hit: 0.9, alarm: 0.02, speaks: 0.6 },
      { hit: 0.8, alarm: 0.05, speaks: 0.5 },
      { hit: 0.55, alarm: 0.45, speaks: 0.9 },
      { hit: 0.6, alarm: 0.4, speaks: 0.9 },
      { hit: 0.85, alarm: 0.03, speaks: 0.4 },
    ];
    const votes: number[] = [];
    for (let row = 0; row < 4_000; row++) {
      const automated = random() < 0.15;
      truth.push(automated ? 1 : 0);
      for (const { hit, alarm, speaks } of quality) {
        votes.push(random() > speaks ? -1 : random() < (automated ? hit : alarm) ? 1 : 0);
      }
    }
    const model = dawidSkene(Int8Array.from(votes), quality.length);
    expect(Math.abs(model.automatedShare - 0.15)).toBeLessThan(0.04);
    const [first, , third] = model.labellers;
    expect((first?.hit ?? 0) / (first?.falseAlarm ?? 1)).toBeGreaterThan(
      4 * ((third?.hit ?? 1) / (third?.falseAlarm ?? 1)),
    );
    expect(areaUnderCurve([...model.labels], Float64Array.from(truth))).toBeGreaterThan(0.93);
  });
});
