import type { Limit } from "./limit.ts";

type StoreLimit =
  | "batchRows"
  | "batchAgeMs"
  | "batchesPendingMax"
  | "textLengthMax"
  | "signalsLengthMax"
  | "retryMs"
  | "queryMs"
  | "queryRowsMax"
  | "databaseMemoryBytes"
  | "rollAfterMs"
  | "retentionMs"
  | "retentionBytes"
  | "productRowsMax"
  | "productRetentionMs"
  | "factsPendingBytes"
  | "factsSegmentBytes"
  | "factsBytesMax";

/** Caps of the event store. */
export const storeLimits: Readonly<Record<StoreLimit, Limit>> = {
  batchRows: {
    default: 16384,
    unit: "count",
    why: "rows handed over at once; larger batches stall the reader, smaller ones cost more per row",
  },
  batchAgeMs: {
    default: 250,
    unit: "ms",
    why: "how long a row may wait before it is handed over: part of the stated loss window",
  },
  batchesPendingMax: {
    default: 64,
    unit: "count",
    why: "batches waiting for the store; beyond it the oldest are shed and counted, serving goes on",
  },
  textLengthMax: {
    default: 512,
    unit: "count",
    why: "longer paths and user agents are cut: a client must not choose how much is stored about it",
  },
  signalsLengthMax: { default: 4096, unit: "count", why: "evidence kept per decision" },
  retryMs: { default: 2_000, unit: "ms", why: "pause before a failed batch is tried again (disk full, read-only)" },
  queryMs: { default: 10_000, unit: "ms", why: "a query is interrupted after this" },
  queryRowsMax: { default: 100_000, unit: "count", why: "rows one query may return" },
  databaseMemoryBytes: { default: 512 * 1024 * 1024, unit: "bytes", why: "memory of the analytical engine" },
  rollAfterMs: { default: 3_600_000, unit: "ms", why: "events older than this move to compressed columnar files" },
  retentionMs: { default: 30 * 86_400_000, unit: "ms", why: "events older than this are deleted" },
  retentionBytes: { default: 20 * 1024 * 1024 * 1024, unit: "bytes", why: "the oldest files are deleted beyond this" },
  productRowsMax: {
    default: 100_000,
    unit: "count",
    why: "product events waiting to be written; beyond it the oldest half is shed and counted",
  },
  productRetentionMs: {
    default: 90 * 86_400_000,
    unit: "ms",
    why: "product events older than this are deleted: rings of trials are spread over weeks",
  },
  factsPendingBytes: {
    default: 8 * 1024 * 1024,
    unit: "bytes",
    why: "facts waiting to be written; beyond it rows are shed and counted, serving goes on",
  },
  factsSegmentBytes: {
    default: 32 * 1024 * 1024,
    unit: "bytes",
    why: "one file of facts with a dictionary of its own",
  },
  factsBytesMax: {
    default: 1024 * 1024 * 1024,
    unit: "bytes",
    why: "facts kept for backtests: about seven million requests; the oldest files are deleted beyond this",
  },
};
