import {
  DOUBLE,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  type DuckDBVector,
  ENUM,
  FLOAT,
  INTEGER,
  VARCHAR,
} from "@duckdb/node-api";
import type { Batch } from "./batch.ts";
import { columns, numberColumns, textColumns } from "./columns.ts";
import { FindingsReader } from "./findings.ts";

/** Rows of one chunk: DuckDB's own vector size. */
export const chunkRows = 2048;
/** A column with at most this many different texts in a batch travels as numbers of a list. */
const listedMax = 1_024;

const numberTypes = { double: DOUBLE, float: FLOAT, integer: INTEGER, text: VARCHAR } as const;
const evidence = columns.findIndex(({ name }) => name === "signals");
const numberPlaces = numberColumns.map((column) => columns.indexOf(column));
const textPlaces = textColumns.map((column) => columns.indexOf(column));

/**
 * A batch as chunks of columns. A text costs a call into the database for every row, so that a column of few different
 * texts is given as an enumeration of this batch: the database turns its numbers into the texts of the table as it takes
 * them. Measured at a third of the whole cost of storing a row.
 */
export class BatchChunk {
  readonly chunk: DuckDBDataChunk;
  readonly #batch: Batch;
  readonly #texts: readonly string[];
  readonly #findings: FindingsReader;

  constructor(batch: Batch) {
    this.#batch = batch;
    this.#texts = batch.texts.map(storable);
    this.#findings = new FindingsReader(batch);
    const types: DuckDBType[] = columns.map(({ type }) => numberTypes[type]);
    const seenIn = new Uint32Array(batch.texts.length);
    for (const [at, place] of textPlaces.entries()) {
      const words = place === evidence ? undefined : differentWords(batch, at, seenIn);
      if (words !== undefined) types[place] = ENUM([...new Set(words.map((word) => this.#texts[word] ?? ""))]);
    }
    this.chunk = DuckDBDataChunk.create(types);
  }

  /** Fills the chunk with `count` rows from `start`. */
  fill(start: number, count: number): void {
    const { chunk } = this;
    chunk.reset();
    chunk.rowCount = count;
    const { numbers, words, starts } = this.#batch;
    for (const [at, place] of numberPlaces.entries()) {
      const vector = chunk.getColumnVector(place) as DuckDBVector<DuckDBValue>;
      let from = start * numberColumns.length + at;
      for (let row = 0; row < count; row++, from += numberColumns.length) vector.setItem(row, numbers[from] ?? 0);
      vector.flush();
    }
    for (const [at, place] of textPlaces.entries()) {
      const vector = chunk.getColumnVector(place) as DuckDBVector<DuckDBValue>;
      if (place === evidence) {
        for (let row = 0; row < count; row++) vector.setItem(row, this.#findings.render(starts[start + row] ?? 0));
      } else {
        let from = start * textColumns.length + at;
        for (let row = 0; row < count; row++, from += textColumns.length)
          vector.setItem(row, this.#texts[words[from] ?? 0] ?? "");
      }
      vector.flush();
    }
  }
}

/**
 * The database takes UTF-8 that ends at a NUL. A client that sends a NUL or half a surrogate pair must not be able to spoil
 * a batch, nor to hide what stands behind it.
 */
function storable(text: string): string {
  return text.isWellFormed() && !text.includes("\0") ? text : text.toWellFormed().replaceAll("\0", "\ufffd");
}

/** The numbers of a column's texts, each once; undefined when there are too many to list. `seenIn` serves every column. */
function differentWords({ rows, words }: Batch, column: number, seenIn: Uint32Array): number[] | undefined {
  const found: number[] = [];
  for (let row = 0, at = column; row < rows; row++, at += textColumns.length) {
    const word = words[at] as number;
    if (seenIn[word] === column + 1) continue;
    if (found.length === listedMax || found.length * 4 > rows) return undefined;
    seenIn[word] = column + 1;
    found.push(word);
  }
  return found;
}
