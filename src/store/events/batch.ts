import type { DecisionRecord } from "#core";
import { numberColumns, type Privacy, textColumns } from "./columns.ts";
import { FindingsWriter } from "./findings.ts";
import { createPlaces } from "./places.ts";
import { writeNumbers, writeTexts } from "./row-writer.ts";
import { TextBook } from "./text-book.ts";

/**
 * Rows ready to be moved to the store's thread, as numbers: number columns stand row by row, text columns hold places in
 * `texts`, where a text that many rows share stands once, and evidence is rendered over there.
 */
export interface Batch {
  readonly rows: number;
  readonly numbers: Float64Array;
  readonly words: Uint32Array;
  readonly texts: readonly string[];
  /** The evidence of all rows (`findings.ts`), and where each row's begins. */
  readonly findings: Float64Array;
  readonly starts: Uint32Array;
}

/** Collects rows; a record is copied at once, because connectors reuse exchanges. */
export interface BatchWriter {
  readonly rows: number;
  add(record: DecisionRecord): void;
  /** Hands over what was collected and starts anew. */
  take(): Batch;
}

/** Makes a writer for batches of at most `rowsMax` rows. Its buffers are used again and again. */
export function createBatchWriter(rowsMax: number, privacy: Privacy): BatchWriter {
  const numbers = new Float64Array(rowsMax * numberColumns.length);
  const words = new Uint32Array(rowsMax * textColumns.length);
  const starts = new Uint32Array(rowsMax);
  const places = createPlaces(privacy);
  const texts = new TextBook(textColumns.map(({ distinct }) => distinct === true));
  const findings = new FindingsWriter(texts);
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    add(record) {
      const place = places.of(record.exchange.client.ip);
      writeNumbers(numbers, rows * numberColumns.length, { record, place });
      writeTexts(words, rows * textColumns.length, { record, place, texts });
      starts[rows] = findings.add(record.verdict.signals);
      rows++;
    },
    take() {
      const batch: Batch = {
        rows,
        numbers: numbers.slice(0, rows * numberColumns.length),
        words: words.slice(0, rows * textColumns.length),
        texts: texts.take(),
        findings: findings.take(),
        starts: starts.slice(0, rows),
      };
      rows = 0;
      places.forget();
      return batch;
    },
  };
}
