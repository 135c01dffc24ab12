import { DOUBLE, type DuckDBConnection, DuckDBDataChunk, VARCHAR } from "@duckdb/node-api";

/** One column of the `product_events` table. */
export interface ProductColumn {
  readonly name: string;
  readonly type: "double" | "text";
  readonly description: string;
}

/**
 * Everything remembered about a product event. Who it is about is kept as keyed hashes of canonical identities; what the
 * application put under `properties` is not kept, because nobody knows what is in it.
 */
export const productColumns: readonly ProductColumn[] = [
  { name: "time", type: "double", description: "milliseconds since 1970, as the application says" },
  { name: "application", type: "text", description: "application that said so" },
  { name: "id", type: "double", description: "keyed hash of the event's id, unique within its application" },
  { name: "type", type: "text", description: "`signup`, `trial`, `referral`, `invocation`, `key-created`, `payout`…" },
  { name: "account", type: "double", description: "keyed hash of the account; 0: none, here and below" },
  { name: "organisation", type: "double", description: "keyed hash of the organisation" },
  { name: "user", type: "double", description: "keyed hash of the user" },
  { name: "key", type: "double", description: "keyed hash of the API key" },
  { name: "card", type: "double", description: "keyed hash of the card's fingerprint" },
  { name: "email", type: "double", description: "keyed hash of the canonical mail address" },
  { name: "phone", type: "double", description: "keyed hash of the phone number" },
  { name: "referrer", type: "double", description: "keyed hash of who referred" },
  { name: "session", type: "double", description: "keyed hash of the application's session" },
  { name: "network", type: "text", description: "/24 or /48 of the address" },
  { name: "address", type: "double", description: "keyed hash of the address" },
  { name: "disguised", type: "text", description: "identities whose form as sent hid behind another spelling" },
  { name: "amount", type: "double", description: "amount; 0 where none was sent" },
];

/** Events by column, in the order of {@link productColumns}. */
export type ProductRows = readonly (readonly (number | string)[])[];

const chunkRows = 2048;

/** Creates the table; an id is taken once, also by another process and after a restart. */
export async function createProductTable(connection: DuckDBConnection): Promise<void> {
  const columns = productColumns
    .map(({ name, type }) => `"${name}" ${type === "text" ? "VARCHAR" : "DOUBLE"}`)
    .join(", ");
  await connection.run(`CREATE TABLE IF NOT EXISTS product_events (${columns}, PRIMARY KEY (application, id))`);
  await connection.run(`CREATE TEMP TABLE arriving (${columns})`);
}

/** Takes events, each once. After it returns they survive a crash of the process. */
export async function appendProduct(connection: DuckDBConnection, rows: ProductRows): Promise<void> {
  const count = rows[0]?.length ?? 0;
  const appender = await connection.createAppender("arriving");
  try {
    for (let start = 0; start < count; start += chunkRows) {
      const chunk = DuckDBDataChunk.create(productColumns.map(({ type }) => (type === "text" ? VARCHAR : DOUBLE)));
      const part = Math.min(chunkRows, count - start);
      chunk.rowCount = part;
      for (const [index, values] of rows.entries()) chunk.setColumnValues(index, values.slice(start, start + part));
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
  await connection.run("INSERT OR IGNORE INTO product_events SELECT * FROM arriving");
  await connection.run("DELETE FROM arriving");
}
