import { createReadStream, createWriteStream, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { deserialize, serialize } from "node:v8";
import { type DecisionRecord, GaitError, storeLimits, upgradeLimits } from "#core";
import type { EventStore, ProductRow, Row } from "#store";

/** How a store is spooled in front of. */
export interface SpoolOptions {
  /** Settles when the store can be opened. */
  readonly held: Promise<void>;
  /** Where records wait; removed when they are in the store. */
  readonly file: string;
  readonly bytesMax?: number;
}

/**
 * An event store that another process still holds: records wait in a capped file (mode 0600, as private as the store)
 * and go into the store when that is free, before any that come later. What is beyond the cap is counted as shed.
 * Queries are refused until then.
 */
export function openSpooledStore(
  open: () => Promise<EventStore>,
  { held, file, bytesMax = upgradeLimits.spoolBytesMax.default }: SpoolOptions,
): EventStore {
  let store: EventStore | undefined;
  let problem = "another process still holds the event store; records wait in a file";
  let spooled = 0;
  let shed = 0;
  let bytes = 0;
  let closed = false;
  const product: ProductRow[] = [];
  const stream = createWriteStream(file, { flags: "w", mode: 0o600 });
  stream.on("error", (error) => {
    problem = `the spool "${file}" cannot be written: ${error.message}`;
  });

  const spool = (record: DecisionRecord): void => {
    // One line each; what an exchange may hold, Infinity too, survives the structured form.
    const line = `${serialize(record).toString("base64")}\n`;
    bytes += line.length;
    if (bytes > bytesMax || stream.errored !== null) shed++;
    else {
      spooled++;
      stream.write(line, "latin1");
    }
  };

  const takeOver = async (): Promise<void> => {
    await held;
    if (closed) return;
    const opened = await open();
    await new Promise<void>((resolve) => stream.end(() => resolve()));
    store = opened;
    for await (const line of createInterface({ input: createReadStream(file, "latin1") }))
      opened.append(deserialize(Buffer.from(line, "base64")) as DecisionRecord);
    for (const row of product.splice(0)) opened.appendProduct(row);
    rmSync(file, { force: true });
    problem = "";
  };
  const taken = takeOver().catch((error: unknown) => {
    problem = error instanceof Error ? error.message : String(error);
  });

  return {
    append(record) {
      if (store !== undefined) store.append(record);
      else if (closed || stream.writableEnded) shed++;
      else spool(record);
    },
    appendProduct(row) {
      if (store !== undefined) store.appendProduct(row);
      else if (closed || product.length >= storeLimits.productRowsMax.default) shed++;
      else product.push(row);
    },
    async query(sql, values): Promise<readonly Row[]> {
      if (store === undefined) throw new GaitError("store-query", problem);
      return await store.query(sql, values);
    },
    async erase(column, value) {
      if (store === undefined) throw new GaitError("store-query", problem);
      return await store.erase(column, value);
    },
    async export(options) {
      if (store === undefined) throw new GaitError("store-query", problem);
      return await store.export(options);
    },
    async backup(target) {
      if (store === undefined) throw new GaitError("store-query", problem);
      await store.backup(target);
    },
    async maintain(now) {
      await store?.maintain(now);
    },
    async flush() {
      await store?.flush();
    },
    stats() {
      const own = store?.stats() ?? { appended: spooled, stored: 0, shed: 0, problem, notice: "" };
      return { ...own, appended: own.appended + shed, shed: own.shed + shed };
    },
    async close() {
      closed = true;
      if (store === undefined) stream.end();
      else await taken;
      await store?.close();
    },
  };
}
