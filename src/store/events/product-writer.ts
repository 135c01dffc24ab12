import { type ProductRows, productColumns } from "./product-table.ts";

/** One product event, in the order of the table's columns. */
export type ProductRow = readonly (number | string)[];

/** What is done with a batch: "" when it was written, else why not. */
export type SendProduct = (rows: ProductRows) => Promise<string>;

/**
 * Collects product events and hands them over in batches, one under way at a time. A batch that could not be written is
 * tried again; beyond the cap the oldest events are shed and counted.
 */
export class ProductWriter {
  readonly #send: SendProduct;
  readonly #limits: { readonly productRowsMax: number; readonly batchAgeMs: number; readonly retryMs: number };
  #waiting: ProductRow[] = [];
  #under: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stored = 0;
  #shed = 0;
  #problem = "";

  constructor(
    send: SendProduct,
    limits: { readonly productRowsMax: number; readonly batchAgeMs: number; readonly retryMs: number },
  ) {
    this.#send = send;
    this.#limits = limits;
  }

  /** Told of rows that were written, and of those lost. */
  get stats(): { readonly stored: number; readonly shed: number; readonly problem: string } {
    return { stored: this.#stored, shed: this.#shed, problem: this.#problem };
  }

  append(row: ProductRow): void {
    this.#waiting.push(row);
    if (this.#waiting.length > this.#limits.productRowsMax) {
      const half = this.#waiting.length >> 1;
      this.#waiting.splice(0, half);
      this.#shed += half;
    }
    this.#timer ??= setTimeout(() => void this.flush(), this.#limits.batchAgeMs).unref();
  }

  /** Hands over what waits and returns when it was written, or could not be. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#under;
    if (this.#waiting.length === 0) return;
    const rows = this.#waiting;
    this.#waiting = [];
    this.#under = this.#hand(rows);
    await this.#under;
    this.#under = undefined;
  }

  async #hand(rows: readonly ProductRow[]): Promise<void> {
    this.#problem = await this.#send(productColumns.map((_, column) => rows.map((row) => row[column] ?? 0)));
    if (this.#problem === "") {
      this.#stored += rows.length;
      return;
    }
    this.#waiting = [...rows, ...this.#waiting];
    this.#timer ??= setTimeout(() => void this.flush(), this.#limits.retryMs).unref();
  }
}
