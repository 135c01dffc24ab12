import { createHmac } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { GaitError } from "#core";

/** One change that somebody made: who, what, to what, when; never a secret. */
export interface AuditEntry {
  /** Wall clock, milliseconds. */
  readonly at: number;
  readonly who: string;
  readonly operation: string;
  /** What it was done to, as JSON without secrets. */
  readonly subject: string;
}

/** An entry as it stands in the log, chained to the one before. */
export interface AuditRecord extends AuditEntry {
  readonly number: number;
  readonly hash: string;
}

/** Whether the log is whole, or the first entry that is not as it was written. */
export type AuditCheck =
  | { readonly whole: true; readonly entries: number }
  | { readonly whole: false; readonly number: number; readonly problem: string };

/** Durable state that must never be lost or changed unseen: documents (decisions, policies, users) and the audit log. */
export interface ControlStore {
  /** Writes documents and the entry that records why in one transaction: a change without its record cannot happen. */
  change(
    entry: AuditEntry,
    documents: readonly { readonly collection: string; readonly id: string; readonly body: unknown }[],
  ): void;
  documents(collection: string): readonly { readonly id: string; readonly body: unknown }[];
  audit(options: { readonly after: number; readonly limit: number }): readonly AuditRecord[];
  /** Number of the newest audit entry; 0 before the first. */
  auditLength(): number;
  verifyAudit(): AuditCheck;
  /** Writes a whole copy of the database to a new file while it is in use. @throws when the file exists or cannot be written */
  backup(path: string): void;
  close(): void;
}

const auditPageMax = 1_000;
const bodyLengthMax = 1_048_576;
const genesis = "0".repeat(64);

/**
 * Opens the control store: SQLite in WAL mode with `synchronous=FULL`, so that what `change` returned from survives a crash
 * and a loss of power. A document with body `null` is deleted.
 *
 * Audit entries form a chain: each hash is HMAC-SHA-256 over the hash before and the entry, under the installation's key, so
 * that editing, deleting or reordering any entry breaks every later one. Cutting off the newest entries is seen by comparing
 * with the head that backups and the log line of each change carry.
 *
 * @throws GaitError `control-open` when the file cannot be opened or is not ours.
 */
export function openControlStore(folder: string, key: Buffer): ControlStore {
  const path = join(folder, "control.sqlite");
  let database: DatabaseSync;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = new DatabaseSync(path);
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA busy_timeout = 2000;
      CREATE TABLE IF NOT EXISTS documents (collection TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (collection, id)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS audit (number INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL, operation TEXT NOT NULL, subject TEXT NOT NULL, hash TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL, seal TEXT NOT NULL);`);
    adoptHead(database, key);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GaitError("control-open", `the control store "${path}" could not be opened: ${reason}`, { cause: error });
  }
  const head = database.prepare("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1");
  const addEntry = database.prepare(
    "INSERT INTO audit (number, at, who, operation, subject, hash) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const put = database.prepare(
    "INSERT INTO documents (collection, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
  );
  const seal = database.prepare(
    "INSERT INTO audit_head (one, number, seal) VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number, seal = excluded.seal",
  );
  const drop = database.prepare("DELETE FROM documents WHERE collection = ? AND id = ?");
  const read = database.prepare("SELECT id, body FROM documents WHERE collection = ? ORDER BY id");
  const page = database.prepare(
    "SELECT number, at, who, operation, subject, hash FROM audit WHERE number > ? ORDER BY number LIMIT ?",
  );

  const write = (entry: AuditEntry, documents: Parameters<ControlStore["change"]>[1]): void => {
    for (const { collection, id, body } of documents) {
      if (body === null) drop.run(collection, id);
      else put.run(collection, id, encode(collection, id, body));
    }
    const last = head.get() as { number: number; hash: string } | undefined;
    const number = (last?.number ?? 0) + 1;
    const hash = chain(key, last?.hash ?? genesis, { ...entry, number });
    addEntry.run(number, entry.at, entry.who, entry.operation, entry.subject, hash);
    seal.run(number, sealOf(key, number, hash));
  };

  return {
    change(entry, documents) {
      database.exec("BEGIN IMMEDIATE");
      try {
        write(entry, documents);
        database.exec("COMMIT");
      } catch (error) {
        // On a full disk SQLite has rolled back already, and a second time would hide why.
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    },
    documents: (collection) =>
      (read.all(collection) as { id: string; body: string }[]).map(({ id, body }) => ({
        id,
        body: JSON.parse(body) as unknown,
      })),
    audit: ({ after, limit }) => page.all(after, Math.min(limit, auditPageMax)) as unknown as AuditRecord[],
    auditLength: () => (head.get() as { number: number } | undefined)?.number ?? 0,
    verifyAudit: () =>
      verify(key, {
        pageAfter: (after) => page.all(after, auditPageMax) as unknown as AuditRecord[],
        head: database.prepare("SELECT number, seal FROM audit_head").get() as AuditHead | undefined,
      }),
    backup(path) {
      database.prepare("VACUUM INTO ?").run(path);
    },
    close() {
      if (database.isOpen) database.close();
    },
  };
}

function encode(collection: string, id: string, body: unknown): string {
  const text = JSON.stringify(body);
  if (text.length <= bodyLengthMax) return text;
  throw new GaitError(
    "control-size",
    `"${collection}/${id}" has ${text.length} characters; at most ${bodyLengthMax} are stored`,
  );
}

function chain(key: Buffer, before: string, entry: Omit<AuditRecord, "hash">): string {
  const { number, at, who, operation, subject } = entry;
  return createHmac("sha256", key)
    .update(JSON.stringify([before, number, at, who, operation, subject]))
    .digest("hex");
}

/** The last entry's number under the key: without it the end of the log could be cut off and the rest would be whole. */
interface AuditHead {
  readonly number: number;
  readonly seal: string;
}

function sealOf(key: Buffer, number: number, hash: string): string {
  return createHmac("sha256", key)
    .update(JSON.stringify(["head", number, hash]))
    .digest("hex");
}

/** A log from before heads were kept gets one when it is opened. */
function adoptHead(database: DatabaseSync, key: Buffer): void {
  if (database.prepare("SELECT 1 FROM audit_head").get() !== undefined) return;
  const last = database.prepare("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1").get() as
    | { readonly number: number; readonly hash: string }
    | undefined;
  const [number, hash] = [last?.number ?? 0, last?.hash ?? genesis];
  database
    .prepare("INSERT INTO audit_head (one, number, seal) VALUES (1, ?, ?)")
    .run(number, sealOf(key, number, hash));
}

function verify(
  key: Buffer,
  {
    pageAfter,
    head,
  }: { readonly pageAfter: (after: number) => readonly AuditRecord[]; readonly head: AuditHead | undefined },
): AuditCheck {
  let before = genesis;
  let number = 0;
  for (let records = pageAfter(0); records.length > 0; records = pageAfter(number)) {
    for (const record of records) {
      number++;
      if (record.number !== number)
        return { whole: false, number, problem: `entry ${number} is missing; entry ${record.number} follows` };
      if (chain(key, before, record) !== record.hash)
        return { whole: false, number, problem: `entry ${number} is not as it was written` };
      before = record.hash;
    }
  }
  if (head === undefined || head.number !== number || head.seal !== sealOf(key, number, before))
    return { whole: false, number: number + 1, problem: `entry ${number + 1} and what followed it is missing` };
  return { whole: true, entries: number };
}
