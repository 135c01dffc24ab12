import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type DecisionRecord, GaitError, type HashKey, keyedHash, type Network, storeLimits } from "#core";
import {
  type ControlStore,
  type EventStore,
  type EventStoreStats,
  type ExportOptions,
  openControlStore,
  openEventStore,
  type ProductRow,
  type Row,
  type SubjectColumn,
} from "#store";
import { parseByteSize } from "../config/byte-size.ts";
import type { Config } from "../config/config.ts";
import { parseDuration } from "../config/duration.ts";
import { OperationFault } from "../operations/operation.ts";
import { drawSecretFile, readSecretFile } from "../serve/secret-file.ts";
import { openSpooledStore } from "./spooled-store.ts";

/** What the gateway remembers: decisions for people to find, and what operators did. */
export interface Records {
  readonly control: ControlStore;
  /** The installation's key: chains the audit log, and other keys are derived from it. */
  readonly key: Buffer;
  append(record: DecisionRecord): void;
  appendProduct(row: ProductRow): void;
  /** One read-only SELECT over the view `everything`. @throws OperationFault `invalid`, `unavailable`. */
  query(sql: string, values?: readonly (string | number)[]): Promise<readonly Row[]>;
  /** Hands over what was collected and waits until it can be found. */
  flush(): Promise<void>;
  /** Deletes everything about a subject. @throws OperationFault `unavailable` */
  erase(column: SubjectColumn, value: string | number): Promise<number>;
  /** Writes a file of records. @throws OperationFault `unavailable` */
  export(options: ExportOptions): Promise<{ readonly path: string; readonly rows: number }>;
  /** Copies all records to a folder. @throws OperationFault `unavailable` */
  backup(target: string): Promise<void>;
  stats(): EventStoreStats;
  hashAddress(ip: string): number;
  close(): Promise<void>;
}

/** What lies around the records when they are opened. */
export interface RecordsSurroundings {
  /** Settles when another process lets go of the event store; records are spooled until then. Without it the store is opened now. */
  readonly held?: Promise<void> | undefined;
  /** What is known about the network of an address. */
  readonly network?: (ip: string) => Network;
}

const auditKeyFile = "audit.key";
const maintainMs = 60_000;

/**
 * Opens both stores below the state directory.
 *
 * @throws GaitError `store-open`, `control-open`, `secret-file`. */
export async function openRecords(
  config: Config,
  hashKey: HashKey,
  { held, network }: RecordsSurroundings = {},
): Promise<Records> {
  const folder = join(config.store.path, "records");
  const key = openAuditKey(config.store.path);
  const control = openControlStore(join(config.store.path, "control"), key);
  const hashAddress = (ip: string): number => keyedHash(hashKey, ip);
  const { addresses, retention, sizeMax } = config.store;
  const limits = {
    retentionMs: parseDuration(retention) ?? storeLimits.retentionMs.default,
    retentionBytes: parseByteSize(String(sizeMax)) ?? storeLimits.retentionBytes.default,
  };
  const open = (): Promise<EventStore> =>
    openEventStore({ folder, privacy: { addresses, hashAddress, network }, limits });
  const events =
    held === undefined
      ? await open()
      : openSpooledStore(open, { held, file: join(config.store.path, "records.spool") });
  let closed = false;
  const timer = setInterval(() => void events.maintain(Date.now()), maintainMs).unref();
  return {
    control,
    key,
    hashAddress,
    append: (record) => events.append(record),
    appendProduct: (row) => events.appendProduct(row),
    async query(sql, values) {
      try {
        return await events.query(sql, values);
      } catch (error) {
        if (!(error instanceof GaitError)) throw error;
        throw new OperationFault(events.stats().problem === "" ? "invalid" : "unavailable", error.message);
      }
    },
    erase: (column, value) => orUnavailable(() => events.erase(column, value)),
    export: (options) => orUnavailable(() => events.export(options)),
    backup: (target) => orUnavailable(() => events.backup(target)),
    flush: () => events.flush(),
    stats: () => events.stats(),
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      await events.close();
      control.close();
    },
  };
}

async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GaitError)) throw error;
    throw new OperationFault("unavailable", error.message);
  }
}

/** The key that chains the audit log: drawn once, readable by its owner alone. */
function openAuditKey(folder: string): Buffer {
  const file = join(folder, auditKeyFile);
  drawSecretFile(file, randomBytes(32).toString("hex"));
  return Buffer.from(readSecretFile(file, "store.path"), "hex");
}
