import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../random.ts";
import {
  Bloom,
  bloomFalsePositiveRate,
  CountMin,
  DecayedCounters,
  HyperLogLog,
  MinHash,
  minHashBands,
  minHashSimilarity,
  mix32,
  QuantileSketch,
  Reservoir,
  SpaceSaving,
} from "./index.ts";

describe("mix32", () => {
  test("tells values apart that differ only above 32 bits", () => {
    const seen = new Set<number>();
    for (let i = 0; i < 10_000; i++) seen.add(mix32(i * 0x1_0000_0000));
    expect(seen.size).toBeGreaterThan(9_990);
  });
});

describe("HyperLogLog", () => {
  test.each([
    [6, 100],
    [6, 5_000],
    [12, 10],
    [12, 3_000],
    [12, 200_000],
  ])("precision %i counts %i values within three standard errors on average", (precision, count) => {
    let bias = 0;
    const runs = 20;
    for (let run = 0; run < runs; run++) {
      const sketch = new HyperLogLog(precision);
      for (let i = 0; i < count; i++) sketch.add(run * 10_000_000 + i);
      bias += sketch.estimate() / count - 1;
    }
    const standardError = 1.04 / Math.sqrt(1 << precision);
    expect(Math.abs(bias / runs)).toBeLessThan((3 * standardError) / Math.sqrt(runs) + 0.01);
  });

  test("is empty at first and exact for one value", () => {
    const sketch = new HyperLogLog(6);
    expect(sketch.estimate()).toBe(0);
    sketch.add(42);
    expect(sketch.estimate()).toBeCloseTo(1, 1);
    expect(sketch.add(42)).toBe(false);
  });

  test("the merge is the sketch of the union", () => {
    const [a, b, both] = [new HyperLogLog(8), new HyperLogLog(8), new HyperLogLog(8)];
    for (let i = 0; i < 500; i++) {
      a.add(i);
      b.add(i + 250);
      both.add(i);
      both.add(i + 250);
    }
    a.merge(b);
    expect(a.registers).toEqual(both.registers);
  });
});

describe("count-min", () => {
  test("never undercounts, and overcounts within its bound", () => {
    const sketch = new CountMin(1024, 4);
    const random = createRandom(1);
    const truth = new Map<number, number>();
    for (let i = 0; i < 20_000; i++) {
      const value = Math.floor(5_000 * random() ** 3);
      truth.set(value, (truth.get(value) ?? 0) + 1);
      sketch.add(value);
    }
    let beyond = 0;
    for (const [value, count] of truth) {
      expect(sketch.estimate(value)).toBeGreaterThanOrEqual(count);
      if (sketch.estimate(value) - count > (Math.E / 1024) * 20_000) beyond++;
    }
    expect(beyond / truth.size).toBeLessThan(Math.exp(-4));
  });

  test("halving forgets half", () => {
    const sketch = new CountMin(64, 2);
    sketch.add(7, 10);
    sketch.halve();
    expect(sketch.estimate(7)).toBe(5);
    expect(sketch.total).toBe(5);
  });

  test("merged estimates stay upper bounds", () => {
    const [a, b] = [new CountMin(64, 3), new CountMin(64, 3)];
    for (let i = 0; i < 300; i++) {
      a.add(i % 50);
      b.add(i % 70);
    }
    a.merge(b);
    for (let i = 0; i < 50; i++) expect(a.estimate(i)).toBeGreaterThanOrEqual(6 + 4);
    expect(a.total).toBe(600);
  });
});

describe("Bloom", () => {
  test("holds everything added and errs at its rate", () => {
    const filter = new Bloom(8192, 5);
    for (let i = 0; i < 800; i++) filter.add(i);
    for (let i = 0; i < 800; i++) expect(filter.has(i)).toBe(true);
    let wrong = 0;
    for (let i = 10_000; i < 30_000; i++) if (filter.has(i)) wrong++;
    const expected = bloomFalsePositiveRate(8192, 5, 800);
    expect(wrong / 20_000).toBeLessThan(1.5 * expected);
    expect(wrong / 20_000).toBeGreaterThan(0.5 * expected);
  });

  test("add tells a new value from a known one; merge is union", () => {
    const [a, b] = [new Bloom(128, 4), new Bloom(128, 4)];
    expect(a.add(1)).toBe(true);
    expect(a.add(1)).toBe(false);
    b.add(2);
    a.merge(b);
    expect(a.has(2)).toBe(true);
  });
});

describe("space-saving", () => {
  test("counts are upper bounds within total over capacity, and no heavy value is lost", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(60), { minLength: 1, maxLength: 600 }),
        fc.integer({ min: 1, max: 20 }),
        (values, k) => {
          const sketch = new SpaceSaving(k);
          const truth = new Map<number, number>();
          for (const value of values) {
            sketch.add(value);
            truth.set(value, (truth.get(value) ?? 0) + 1);
          }
          const slack = values.length / k;
          for (const { value, count, error } of sketch.top()) {
            const real = truth.get(value) ?? 0;
            expect(count).toBeGreaterThanOrEqual(real);
            expect(count - error).toBeLessThanOrEqual(real);
            expect(error).toBeLessThanOrEqual(slack);
          }
          for (const [value, count] of truth) if (count > slack) expect(sketch.count(value)).toBeGreaterThan(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("the top is in order", () => {
    const sketch = new SpaceSaving(4);
    for (const value of [1, 2, 2, 3, 3, 3]) sketch.add(value);
    expect(sketch.top(2).map(({ value }) => value)).toEqual([3, 2]);
  });
});

describe("MinHash", () => {
  test.each([0, 0.2, 0.5, 0.8, 1])("estimates Jaccard %f without bias", (jaccard) => {
    const size = 200;
    const shared = Math.round((2 * size * jaccard) / (1 + jaccard));
    let sum = 0;
    const runs = 60;
    for (let run = 0; run < runs; run++) {
      const [a, b] = [new MinHash(32), new MinHash(32)];
      for (let i = 0; i < size; i++) {
        a.add(run * 100_000 + i);
        b.add(run * 100_000 + (i < shared ? i : 50_000 + i));
      }
      sum += minHashSimilarity(a.bins, b.bins);
    }
    expect(Math.abs(sum / runs - jaccard)).toBeLessThan(0.05);
  });

  test("equal sets share every band, empty sets none", () => {
    const [a, b] = [new MinHash(32), new MinHash(32)];
    for (let i = 0; i < 5; i++) {
      a.add(i);
      b.add(4 - i);
    }
    expect(minHashBands(a.bins, 4)).toEqual(minHashBands(b.bins, 4));
    expect(minHashBands(a.bins, 4)).toHaveLength(8);
    expect(minHashBands(new MinHash(32).bins, 4)).toEqual([]);
    expect(minHashSimilarity(new MinHash(8).bins, new MinHash(8).bins)).toBe(0);
  });
});

describe("reservoir", () => {
  test("keeps each item with equal probability", () => {
    const kept = new Uint32Array(100);
    const random = createRandom(5);
    for (let run = 0; run < 2_000; run++) {
      const reservoir = new Reservoir<number>(10, random);
      for (let i = 0; i < 100; i++) reservoir.offer(i);
      expect(reservoir.items).toHaveLength(10);
      for (const item of reservoir.items) kept[item] = (kept[item] as number) + 1;
    }
    for (const count of kept) expect(Math.abs(count - 200)).toBeLessThan(70);
  });
});

describe("quantile sketch", () => {
  test("every quantile is within the relative error of a true one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const sketch = new QuantileSketch(0.02, 0.001, 1024);
          for (const value of values) sketch.add(value);
          const sorted = values.toSorted((a, b) => a - b);
          for (const q of [0, 0.1, 0.5, 0.9, 1]) {
            const read = sketch.quantile(q);
            const truth = sorted[Math.floor(q * (sorted.length - 1))] as number;
            expect(Math.abs(read - truth)).toBeLessThanOrEqual(0.0201 * truth);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("zero, clamps and an empty sketch", () => {
    const sketch = new QuantileSketch(0.05, 1, 8);
    expect(sketch.quantile(0.5)).toBe(0);
    sketch.add(0);
    sketch.add(Number.NaN);
    expect(sketch.quantile(1)).toBe(0);
    sketch.add(1e9);
    expect(sketch.quantile(1)).toBeLessThan(3);
    expect(sketch.rank(0)).toBeCloseTo(2 / 3);
    sketch.decay(0.5);
    expect(sketch.total).toBeCloseTo(1.5);
  });
});

describe("decayed counters", () => {
  test("a value halves per half-life and never grows when time jumps back", () => {
    const counters = new DecayedCounters(2, 1000);
    counters.add(0, 8, 5_000);
    expect(counters.read(0, 6_000)).toBeCloseTo(4, 5);
    expect(counters.read(0, 8_000)).toBeCloseTo(1, 5);
    expect(counters.add(0, 1, 6_000)).toBeCloseTo(5, 5);
    expect(counters.read(0, 1_000)).toBeCloseTo(5, 5);
    expect(counters.read(1, 9_000)).toBe(0);
  });
});
