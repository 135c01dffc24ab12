import { expect, test } from "vitest";
import type { Batch } from "./batch.ts";
import { batchPieces, joinPieces, memoryOf } from "./batch-pieces.ts";

function batchOf(rows: number): Batch {
  return {
    rows,
    numbers: Float64Array.from({ length: rows * 7 }, (_, i) => i / 3),
    words: Uint32Array.from({ length: rows * 5 }, (_, i) => i),
    texts: Array.from({ length: rows + 3 }, (_, i) => `text ${i}`),
    findings: Float64Array.from({ length: rows * 11 + 1 }, (_, i) => -i),
    starts: Uint32Array.from({ length: rows }, (_, i) => i * 11),
  };
}

test.for([1, 1_023, 1_024, 1_025, 5_000])("a batch of %i rows is the same behind the threads' border", (rows) => {
  const batch = batchOf(rows);
  const pieces = [...batchPieces(batch)];
  expect(pieces).toHaveLength(Math.ceil(rows / 1_024));
  const arrived = pieces.map((piece) => structuredClone(piece, { transfer: [...memoryOf(piece)] }));
  expect(joinPieces(arrived, rows)).toEqual(batch);
  // It must still be here to be sent again.
  expect(batch).toEqual(batchOf(rows));
});

test("no piece holds more than its share", () => {
  const sizes = [...batchPieces(batchOf(16_384))].map(({ starts }) => starts.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_024);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(16_384);
});
