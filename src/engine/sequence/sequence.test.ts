import { beforeAll, describe, expect, test } from "vitest";
import { combine32, createRandom, type Random } from "#core";
import { duplicateSimilarity, NearDuplicates, type SequenceContext, SequenceModel, TypicalityTable } from "./index.ts";

const pages = 40;

/** A site of order 2: from each pair of pages people take one of four links, unevenly. */
function person(random: Random, length: number): number[] {
  const walk = [1 + Math.floor(random() * pages), 1 + Math.floor(random() * pages)];
  while (walk.length < length) {
    const [b, a] = [walk[walk.length - 1] as number, walk[walk.length - 2] as number];
    const choice = Math.min(3, Math.floor(-Math.log(1 - random()) / 0.8));
    walk.push(1 + ((a * 7 + b * 13 + choice * 11) % pages));
  }
  return walk;
}

function meanSurprisal(model: SequenceModel, walk: readonly number[]): number {
  const context: SequenceContext = { a: 0, b: 0, c: 0 };
  let sum = 0;
  for (const symbol of walk) {
    sum += model.surprisal(context, symbol);
    SequenceModel.advance(context, symbol);
  }
  return sum / walk.length;
}

function learnWalk(model: SequenceModel, walk: readonly number[]): void {
  const context: SequenceContext = { a: 0, b: 0, c: 0 };
  for (const symbol of walk) {
    model.learn(context, symbol);
    SequenceModel.advance(context, symbol);
  }
}

describe("sequence model", () => {
  const model = new SequenceModel(1 << 16);
  const typicality = new TypicalityTable();
  beforeAll(() => {
    const random = createRandom(1);
    for (let i = 0; i < 4_000; i++) learnWalk(model, person(random, 12));
    for (let i = 0; i < 500; i++) typicality.learn(meanSurprisal(model, person(random, 12)), 12);
  });

  test("probabilities over the alphabet sum to one", () => {
    const context = { a: 1, b: 2, c: 21 };
    let sum = 0;
    for (let symbol = 0; symbol <= pages; symbol++) sum += Math.exp(-model.surprisal(context, symbol));
    expect(sum).toBeCloseTo(1, 2);
  });

  test("people are typical, wanderers are not, and loops are too predictable", () => {
    const random = createRandom(2);
    let typical = 0;
    let wanderers = 0;
    for (let i = 0; i < 200; i++) {
      if (typicality.binOf(meanSurprisal(model, person(random, 12)), 12) === 1) typical++;
      const wander = Array.from({ length: 12 }, () => 1 + Math.floor(random() * pages));
      if (typicality.binOf(meanSurprisal(model, wander), 12) === 2) wanderers++;
    }
    expect(typical).toBeGreaterThan(180);
    expect(wanderers).toBeGreaterThan(195);
    const likely: number[] = [1, 2];
    while (likely.length < 12) {
      const [b, a] = [likely[likely.length - 1] as number, likely[likely.length - 2] as number];
      likely.push(1 + ((a * 7 + b * 13) % pages));
    }
    expect(typicality.binOf(meanSurprisal(model, likely), 12)).toBe(0);
  });

  test("nothing is said about short walks or before enough was learned", () => {
    expect(typicality.binOf(3, 1)).toBe(-1);
    expect(new TypicalityTable().binOf(3, 12)).toBe(-1);
    expect(new TypicalityTable().rank(3, 12)).toBeNaN();
  });

  test("fading forgets and a full table stops learning instead of growing", () => {
    const small = new SequenceModel(1 << 10);
    const random = createRandom(3);
    for (let i = 0; i < 500; i++) learnWalk(small, person(random, 12));
    expect(small.used).toBeLessThanOrEqual(768);
    small.fade(0.01);
    expect(small.used).toBeLessThan(200);
  });
});

describe("near-duplicate walks", () => {
  const sign = (walk: readonly number[]): { signature: ReturnType<typeof NearDuplicates.signature>; grams: number } => {
    const signature = NearDuplicates.signature();
    const seen = new Set<number>();
    for (let i = 2; i < walk.length; i++) {
      const gram = combine32(combine32(walk[i - 2] as number, walk[i - 1] as number), walk[i] as number);
      seen.add(gram);
      signature.add(gram);
    }
    return { signature, grams: seen.size };
  };

  test("a replay farm is found and people are not", () => {
    const random = createRandom(4);
    const index = new NearDuplicates();
    let people = 0;
    for (let i = 0; i < 600; i++) {
      const { signature, grams } = sign(person(random, 14));
      if ((index.offer(signature, grams, i)?.similarity ?? 0) >= duplicateSimilarity) people++;
    }
    const recorded = Array.from({ length: 5 }, () => person(random, 14));
    let replays = 0;
    for (let i = 0; i < 100; i++) {
      const { signature, grams } = sign(recorded[i % 5] as number[]);
      if ((index.offer(signature, grams, 10_000 + i)?.similarity ?? 0) >= duplicateSimilarity) replays++;
    }
    expect(people / 600).toBeLessThan(0.03);
    expect(replays).toBeGreaterThanOrEqual(94);
  });

  test("one client's own repetition is not another's, and short walks are not compared", () => {
    const index = new NearDuplicates({ capacity: 4 });
    const { signature, grams } = sign(person(createRandom(5), 14));
    index.offer(signature, grams, 1);
    expect(index.offer(signature, grams, 1)?.similarity).toBe(0);
    expect(index.offer(signature, 5, 2)).toBeUndefined();
    for (let client = 2; client < 9; client++)
      index.offer(sign(person(createRandom(100 + client), 14)).signature, 10, client);
    expect(index.offer(signature, grams, 99)?.similarity).toBeLessThan(0.5);
  });
});
