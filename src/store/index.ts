export { columns, type Column, type Privacy } from "./events/columns.ts";
export { networkOf } from "./events/places.ts";
export type { SubjectColumn } from "./events/erase.ts";
export type { ExportFormat, ExportOptions } from "./events/export.ts";
export { type RollupName, rollupOf, sketchSize, speedSteps } from "./events/rollups.ts";
export type { Row } from "./events/messages.ts";
export { type ProductColumn, productColumns } from "./events/product-table.ts";
export type { ProductRow } from "./events/product-writer.ts";
export {
  type EventStore,
  type EventStoreOptions,
  type EventStoreStats,
  openEventStore,
} from "./events/open-event-store.ts";
export {
  type AuditCheck,
  type AuditEntry,
  type AuditRecord,
  type ControlStore,
  openControlStore,
} from "./control/open-control-store.ts";
export type { FactLayout, FactReader, FactRow, OutcomeRow, StoredSignal } from "./facts/fact-codec.ts";
export { type FactLog, type FactLogStats, openFactLog, readFactLog, segmentNames } from "./facts/open-fact-log.ts";
