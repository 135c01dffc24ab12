import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { FactLayout, FactRow, OutcomeRow } from "./fact-codec.ts";
import { openFactLog, readFactLog, segmentNames } from "./open-fact-log.ts";

const layout: FactLayout = { texts: ["path", "agent"], numbers: ["a", "b", "c"] };
let folder = "";

afterEach(() => {
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
  folder = "";
});

function newFolder(): string {
  folder = mkdtempSync(join(tmpdir(), "gait-facts-"));
  return folder;
}

interface Read {
  readonly facts: FactRow[];
  readonly outcomes: OutcomeRow[];
  readonly cutBytes: number;
}

function readAll(from: string): Read {
  const facts: FactRow[] = [];
  const outcomes: OutcomeRow[] = [];
  const { cutBytes } = readFactLog(from, () => ({
    fact: (row) =>
      facts.push({
        ...row,
        texts: [...row.texts],
        numbers: row.numbers.slice(),
        tags: [...row.tags],
        signals: row.signals.map((one) => ({ ...one })),
      }),
    outcome: (row) => outcomes.push(row),
  }));
  return { facts, outcomes, cutBytes };
}

const row = fc.record({
  sequence: fc.maxSafeNat(),
  at: fc.double({ noNaN: true }),
  session: fc.maxSafeNat(),
  actor: fc.maxSafeNat(),
  kind: fc.nat(4),
  subResource: fc.boolean(),
  canary: fc.double({ min: 0, max: 1, noNaN: true }),
  share: fc.integer({ min: 1, max: 100 }),
  texts: fc.tuple(fc.string({ maxLength: 40 }), fc.constantFrom("", "Mozilla", "ü€")),
  numbers: fc
    .tuple(fc.double(), fc.nat(), fc.constantFrom(0, Number.NaN, -1, 1e300, 2 ** 31))
    .map((values) => Float64Array.from(values)),
  tags: fc.subarray(["login", "checkout"]),
  signals: fc.subarray(["id-walk", "period"]).map((names) => names.map((detector) => ({ detector, nats: 1.25 }))),
});

test("what is written is read back, value by value, over segments", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
      const from = newFolder();
      const log = openFactLog(from, layout, { factsSegmentBytes: 400 });
      for (const [i, one] of rows.entries()) {
        log.fact(one);
        log.outcome({ sequence: one.sequence, status: 200 + i, bytes: i, durationMs: i / 3 });
        if (i % 5 === 4) await log.flush();
      }
      await log.close();
      const { facts, outcomes, cutBytes } = readAll(from);
      // Minus zero is zero to every rule.
      const plain = rows.map((one) => ({ ...one, numbers: one.numbers.map((value) => value + 0) }));
      expect(facts).toEqual(plain);
      expect(outcomes.map(({ status }) => status)).toEqual(rows.map((_, i) => 200 + i));
      expect(cutBytes).toBe(0);
      rmSync(from, { recursive: true, force: true });
    }),
    { numRuns: 40 },
  );
});

test("a segment cut off anywhere gives its whole rows and says how much is lost", async () => {
  const from = newFolder();
  const log = openFactLog(from, layout);
  const one = fc.sample(row, { numRuns: 30, seed: 7 });
  for (const each of one) log.fact(each);
  await log.close();
  const [name = ""] = segmentNames(from);
  const whole = readAll(from).facts.length;
  expect(whole).toBe(30);
  truncateSync(join(from, name), 300);
  const cut = readAll(from);
  expect(cut.facts.length).toBeLessThan(30);
  expect(cut.cutBytes).toBeGreaterThan(0);
});

test("a head that is none of ours is skipped and counted", async () => {
  const from = newFolder();
  writeFileSync(join(from, "000000001.facts"), "not json\nrows");
  expect(readAll(from)).toMatchObject({ facts: [], cutBytes: 13 });
});

test("the oldest segments leave beyond the cap, the newest stays", async () => {
  const from = newFolder();
  const log = openFactLog(from, layout, { factsSegmentBytes: 1_000, factsBytesMax: 5_000 });
  for (const each of fc.sample(row, { numRuns: 400, seed: 3 })) {
    log.fact(each);
    if (each.sequence % 3 === 0) await log.flush();
  }
  await log.close();
  const names = readdirSync(from);
  expect(names.length).toBeLessThanOrEqual(6);
  expect(names).not.toContain("000000001.facts");
});
