import type { DecisionRecord } from "#core";
import { columns, type Privacy } from "./columns.ts";

const numberColumns = columns.filter((column) => column.type !== "text");
const textColumns = columns.filter((column) => column.type === "text");

/**
 * Rows ready to be moved to the store's thread. Numbers stand row by row; the texts of a row are one joined string with
 * their lengths beside it, because moving one string costs the serving thread a tenth of moving a dozen.
 */
export interface Batch {
  readonly rows: number;
  readonly numbers: Float64Array;
  readonly lengths: Uint16Array;
  readonly texts: readonly string[];
}

/** Collects rows; a record is copied at once, because connectors reuse exchanges. */
export interface BatchWriter {
  readonly rows: number;
  add(record: DecisionRecord): void;
  /** Hands over what was collected and starts anew. */
  take(): Batch;
}

export function createBatchWriter(rowsMax: number, privacy: Privacy): BatchWriter {
  let rows = 0;
  let numbers = new Float64Array(rowsMax * numberColumns.length);
  let lengths = new Uint16Array(rowsMax * textColumns.length);
  let texts: string[] = [];
  return {
    get rows() {
      return rows;
    },
    add(record) {
      let at = rows * numberColumns.length;
      for (let i = 0; i < numberColumns.length; i++) numbers[at++] = Number(numberColumns[i]?.read(record, privacy));
      at = rows * textColumns.length;
      let joined = "";
      for (let i = 0; i < textColumns.length; i++) {
        const text = String(textColumns[i]?.read(record, privacy));
        lengths[at++] = text.length;
        joined += text;
      }
      texts.push(joined);
      rows++;
    },
    take() {
      const batch: Batch = { rows, numbers, lengths, texts };
      rows = 0;
      numbers = new Float64Array(rowsMax * numberColumns.length);
      lengths = new Uint16Array(rowsMax * textColumns.length);
      texts = [];
      return batch;
    },
  };
}

/** The values of `count` rows from `start` by column, in the order of `columns`, on the store's side. */
export function unpack(batch: Batch, start: number, count: number): (number | string)[][] {
  const byColumn = columns.map(() => new Array<number | string>(count));
  const numberPlaces = numberColumns.map((column) => byColumn[columns.indexOf(column)] ?? []);
  const textPlaces = textColumns.map((column) => byColumn[columns.indexOf(column)] ?? []);
  for (let row = 0; row < count; row++) {
    let at = (start + row) * numberColumns.length;
    for (const place of numberPlaces) place[row] = batch.numbers[at++] ?? 0;
    at = (start + row) * textColumns.length;
    const joined = batch.texts[start + row] ?? "";
    let from = 0;
    for (const place of textPlaces) {
      const until = from + (batch.lengths[at++] ?? 0);
      place[row] = joined.slice(from, until);
      from = until;
    }
  }
  return byColumn;
}
