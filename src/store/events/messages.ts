import type { BatchPiece } from "./batch-pieces.ts";
import type { SubjectColumn } from "./erase.ts";
import type { ExportOptions } from "./export.ts";
import type { ProductRows } from "./product-table.ts";

/** What the serving thread asks of the store's thread. */
export type Request =
  /** Part of the batch that the next `append` is about. Not answered. */
  | { readonly kind: "piece"; readonly piece: BatchPiece }
  | { readonly kind: "append"; readonly id: number; readonly rows: number }
  | { readonly kind: "appendProduct"; readonly id: number; readonly rows: ProductRows }
  /** Answers once the database is open, with what had to be set aside for that. */
  | { readonly kind: "opened"; readonly id: number }
  | { readonly kind: "query"; readonly id: number; readonly sql: string; readonly values: readonly (string | number)[] }
  | {
      readonly kind: "erase";
      readonly id: number;
      readonly column: SubjectColumn;
      readonly value: string | number;
    }
  | { readonly kind: "export"; readonly id: number; readonly options: ExportOptions }
  | { readonly kind: "backup"; readonly id: number; readonly target: string }
  | { readonly kind: "maintain"; readonly id: number; readonly now: number }
  | { readonly kind: "close"; readonly id: number };

/** What the store's thread answers. */
export type Answer =
  | { readonly id: number; readonly ok: true; readonly rows: readonly Row[] }
  | { readonly id: number; readonly ok: false; readonly problem: string };

/** One row of a result; counts beyond 2^53 are not expected and are rounded. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** How the store's thread opens its database. */
export interface OwnerOptions {
  readonly folder: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly rollAfterMs: number;
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly productRetentionMs: number;
  readonly queryMs: number;
  readonly queryRowsMax: number;
}
