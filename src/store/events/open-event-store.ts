import { mkdirSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { type DecisionRecord, GaitError, limitValues, type RecordStore, storeLimits } from "#core";
import { type Batch, createBatchWriter } from "./batch.ts";
import { batchPieces, memoryOf } from "./batch-pieces.ts";
import type { Privacy } from "./columns.ts";
import type { SubjectColumn } from "./erase.ts";
import type { ExportOptions } from "./export.ts";
import type { Answer, OwnerOptions, Request, Row } from "./messages.ts";
import { type ProductRow, ProductWriter } from "./product-writer.ts";

/** How the event store is opened. */
export interface EventStoreOptions {
  /** Created with mode 0700 when missing. */
  readonly folder: string;
  readonly privacy: Privacy;
  readonly limits?: Partial<ReturnType<typeof limitValues<typeof storeLimits>>>;
}

/** What the store did so far; each loss is counted. */
export interface EventStoreStats {
  readonly appended: number;
  readonly stored: number;
  /** Shed because the store could not keep up or could not write. */
  readonly shed: number;
  /** Why the last write failed; empty while all is well. */
  readonly problem: string;
  /** What was damaged when the store was opened, and where it lies now; empty: nothing. */
  readonly notice: string;
}

/** The memory of decisions: appended to by the fast lane, queried by people. */
export interface EventStore extends RecordStore {
  /** Remembers a product event, once for each id; lost at most what is not yet handed over. */
  appendProduct(row: ProductRow): void;
  /** One read-only SELECT over the view `everything`. @throws GaitError `store-query` */
  query(sql: string, values?: readonly (string | number)[]): Promise<readonly Row[]>;
  /** Deletes everything recorded about a subject; returns how many records went. @throws GaitError `store-query` */
  erase(column: SubjectColumn, value: string | number): Promise<number>;
  /** Writes records of a span to a file below the store's folder. @throws GaitError `store-query` */
  export(options: ExportOptions): Promise<{ readonly path: string; readonly rows: number }>;
  /** Copies everything recorded to a folder that a store can be opened in. @throws GaitError `store-query` */
  backup(target: string): Promise<void>;
  /** Rolls, deletes what retention no longer allows, checkpoints. Called by the caller's timer. @param now wall clock, ms */
  maintain(now: number): Promise<void>;
  stats(): EventStoreStats;
}

/**
 * Opens the embedded event store. One worker thread owns the database, so that neither a flush nor a checkpoint nor a
 * heavy query stops a request. `append` copies the record and returns; what was handed over survives a crash of the
 * process, what was not is at most `batchAgeMs` old plus the batch in flight: the stated loss window is one second.
 */
export async function openEventStore(options: EventStoreOptions): Promise<EventStore> {
  const limits = limitValues(storeLimits, options.limits);
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const owner: OwnerOptions = {
    folder: options.folder,
    memoryBytes: limits.databaseMemoryBytes,
    threads: 1,
    rollAfterMs: limits.rollAfterMs,
    retentionMs: limits.retentionMs,
    retentionBytes: limits.retentionBytes,
    productRetentionMs: limits.productRetentionMs,
    queryMs: limits.queryMs,
    queryRowsMax: limits.queryRowsMax,
  };
  const store = new EventStoreClient(startOwner(owner), limits, options.privacy);
  try {
    await store.opened();
  } catch (error) {
    await store.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new GaitError("store-open", `the event store in "${options.folder}" could not be opened: ${reason}`, {
      cause: error,
    });
  }
  return store;
}

/** How long a closed store's thread may take to end by itself. */
const closeMs = 5_000;

/** Whether something happened in time. */
async function within(happened: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = await Promise.race([happened.then(() => true), late]);
  clearTimeout(timer);
  return done;
}

function startOwner(options: OwnerOptions): Worker {
  const fromSource = import.meta.url.endsWith(".ts");
  return new Worker(new URL(fromSource ? "./owner.ts" : "./owner.js", import.meta.url), {
    workerData: options,
    ...(fromSource ? { execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning"] } : {}),
  });
}

/** A request without its number, which the client gives it. */
type Unnumbered<R> = R extends { readonly id: number } ? Omit<R, "id"> : never;

class EventStoreClient implements EventStore {
  readonly #worker: Worker;
  readonly #limits: ReturnType<typeof limitValues<typeof storeLimits>>;
  readonly #writer: ReturnType<typeof createBatchWriter>;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #pending: Batch[] = [];
  readonly #product: ProductWriter;
  #sending = false;
  #timer: NodeJS.Timeout | undefined;
  #nextId = 1;
  #appended = 0;
  #stored = 0;
  #shed = 0;
  #problem = "";
  #ended = "";
  #notice = "";

  constructor(worker: Worker, limits: ReturnType<typeof limitValues<typeof storeLimits>>, privacy: Privacy) {
    this.#worker = worker;
    this.#limits = limits;
    this.#writer = createBatchWriter(limits.batchRows, privacy);
    this.#product = new ProductWriter(async (rows) => {
      const answer = await this.#ask({ kind: "appendProduct", rows });
      return answer.ok ? "" : answer.problem;
    }, limits);
    worker.on("message", (answer: Answer) => this.#waiting.get(answer.id)?.(answer));
    worker.on("error", (error) => this.#end(error.message));
    worker.on("exit", (code) => this.#end(`the store's thread ended with code ${code}`));
    worker.unref();
  }

  append(record: DecisionRecord): void {
    this.#appended++;
    this.#writer.add(record);
    if (this.#writer.rows >= this.#limits.batchRows) this.#handOver();
    else this.#timer ??= setTimeout(() => this.#handOver(), this.#limits.batchAgeMs).unref();
  }

  appendProduct(row: ProductRow): void {
    this.#product.append(row);
  }

  async flush(): Promise<void> {
    await this.#product.flush();
    this.#handOver();
    while ((this.#sending || this.#pending.length > 0) && this.#problem === "" && this.#ended === "") {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** @throws GaitError `store-query` where it could not be opened */
  async opened(): Promise<void> {
    const answer = await this.#ask({ kind: "opened" });
    if (!answer.ok) throw new GaitError("store-query", answer.problem);
    this.#notice = String(answer.rows[0]?.notice ?? "");
  }

  async query(sql: string, values: readonly (string | number)[] = []): Promise<readonly Row[]> {
    const answer = await this.#ask({ kind: "query", sql, values });
    if (!answer.ok) throw new GaitError("store-query", answer.problem);
    return answer.rows;
  }

  async erase(column: SubjectColumn, value: string | number): Promise<number> {
    await this.flush();
    const answer = await this.#ask({ kind: "erase", column, value });
    if (!answer.ok) throw new GaitError("store-query", answer.problem);
    return Number(answer.rows[0]?.n ?? 0);
  }

  async export(options: ExportOptions): Promise<{ readonly path: string; readonly rows: number }> {
    await this.flush();
    const answer = await this.#ask({ kind: "export", options });
    if (!answer.ok) throw new GaitError("store-query", answer.problem);
    return { path: String(answer.rows[0]?.path), rows: Number(answer.rows[0]?.rows) };
  }

  async backup(target: string): Promise<void> {
    await this.flush();
    const answer = await this.#ask({ kind: "backup", target });
    if (!answer.ok) throw new GaitError("store-query", answer.problem);
  }

  async maintain(now: number): Promise<void> {
    const answer = await this.#ask({ kind: "maintain", now });
    this.#problem = answer.ok ? this.#problem : answer.problem;
  }

  stats(): EventStoreStats {
    const { shed, problem } = this.#product.stats;
    const lost = this.#shed + shed;
    const why = this.#problem || problem || this.#ended;
    return { appended: this.#appended, stored: this.#stored, shed: lost, problem: why, notice: this.#notice };
  }

  async close(): Promise<void> {
    if (this.#ended !== "") return;
    await this.flush();
    await this.#ask({ kind: "close" });
    // The thread ends by itself once the database is closed; ended from outside, native work that is still under way would find its memory gone.
    const ended = new Promise<void>((resolve) => this.#worker.once("exit", () => resolve()));
    if (this.#ended === "" && !(await within(ended, closeMs))) await this.#worker.terminate();
  }

  #handOver(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writer.rows > 0) this.#pending.push(this.#writer.take());
    // Oldest first: when the disk is full, what happened just now matters most.
    // The first may be on its way and is not touched.
    while (this.#pending.length > this.#limits.batchesPendingMax) {
      this.#shed += this.#pending.splice(this.#sending ? 1 : 0, 1)[0]?.rows ?? 0;
    }
    void this.#send();
  }

  /** One batch in flight; a batch that could not be written stays first in line and is tried again. */
  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    for (let batch = this.#pending[0]; batch !== undefined && this.#ended === ""; batch = this.#pending[0]) {
      await this.#sendPieces(batch);
      const answer = await this.#ask({ kind: "append", rows: batch.rows });
      this.#problem = answer.ok ? "" : answer.problem;
      if (!answer.ok) {
        await new Promise((resolve) => setTimeout(resolve, this.#limits.retryMs).unref());
        continue;
      }
      this.#stored += batch.rows;
      if (this.#pending[0] === batch) this.#pending.shift();
    }
    this.#sending = false;
  }

  /** One piece in each turn of the event loop, so that no request waits for a whole batch. */
  async #sendPieces(batch: Batch): Promise<void> {
    for (const piece of batchPieces(batch)) {
      // Pieces are copies: a batch that could not be written must still be here to be tried again.
      if (this.#ended === "") this.#worker.postMessage({ kind: "piece", piece }, memoryOf(piece));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #ask(request: Unnumbered<Request>): Promise<Answer> {
    const id = this.#nextId++;
    if (this.#ended !== "") return Promise.resolve({ id, ok: false, problem: this.#ended });
    return new Promise((resolve) => {
      this.#waiting.set(id, (answer) => {
        this.#waiting.delete(id);
        if (this.#waiting.size === 0) this.#worker.unref();
        resolve(answer);
      });
      this.#worker.ref();
      this.#worker.postMessage({ ...request, id });
    });
  }

  #end(reason: string): void {
    this.#ended ||= reason;
    for (const [id, settle] of this.#waiting) settle({ id, ok: false, problem: this.#ended });
  }
}
