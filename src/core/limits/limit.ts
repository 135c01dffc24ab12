/** One cap: its default, its unit and why it stands where it stands. docs/limits.md is made from these tables. */
export interface Limit {
  readonly default: number;
  readonly unit: "count" | "bytes" | "ms" | "per-second";
  readonly why: string;
}

/** The plain numbers of a limit table, as hot code reads them. */
export type LimitValues<Table> = { readonly [Name in keyof Table]: number };

/** The defaults of a table with an operator's overrides laid over them. */
export function limitValues<Table extends Readonly<Record<string, Limit>>>(
  table: Table,
  overrides: Partial<LimitValues<Table>> = {},
): LimitValues<Table> {
  const values = Object.fromEntries(Object.entries(table).map(([name, limit]) => [name, limit.default]));
  return { ...values, ...overrides } as LimitValues<Table>;
}
