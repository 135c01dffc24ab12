import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Batch } from "./batch.ts";
import { numberColumns, textColumns } from "./columns.ts";
import { type Database, openDatabase } from "./database.ts";
import type { OwnerOptions } from "./messages.ts";

/** What the database says once a write to the disk has failed it: nothing works before it is opened again. */
const broken = /^FATAL Error|invalidated because of a previous fatal error|must be restarted/;

const probeBytes = Buffer.alloc(4_096, 0x2e);
const referencePlace = textColumns.findIndex(({ name }) => name === "reference");
const timePlace = numberColumns.findIndex(({ name }) => name === "time");

/**
 * The database as long as the disk holds it, through failures of the disk: whatever fails is an error of that one request.
 *
 * Two things are guarded against. A failed fsync makes the database refuse everything until it is opened again, so it is.
 * And where neither writing to its log nor cutting the log back succeeds, it ends the whole process (a C++ exception where
 * none may be thrown), and with it the serving of traffic: so before a batch is given to it, a few bytes are written
 * and cut back beside it. What fails between that and the write itself is not caught.
 */
export class SteadyDatabase {
  readonly #options: OwnerOptions;
  #opening: Promise<Database>;
  /** Whether an append failed after the database had been given it: it may be stored all the same. */
  #doubtful = false;

  constructor(options: OwnerOptions) {
    this.#options = options;
    this.#opening = openDatabase(options);
  }

  /** Runs what needs the database; opens it anew where it was broken. @throws whatever `work` throws */
  async use<T>(work: (database: Database) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#opening);
    } catch (error) {
      if (broken.test(error instanceof Error ? error.message : String(error))) await this.#reopen();
      throw error;
    }
  }

  /** Stores a batch once, however often it is tried. */
  async append(batch: Batch): Promise<void> {
    probe(this.#options.folder);
    await this.use(async (database) => {
      if (this.#doubtful && (await holds(database, batch))) return;
      this.#doubtful = true;
      await database.append(batch);
    });
    this.#doubtful = false;
  }

  async #reopen(): Promise<void> {
    const before = await this.#opening.catch(() => undefined);
    before?.close();
    this.#opening = openDatabase(this.#options);
    // A disk that still fails is told by the next request; nobody waits for this promise until then.
    this.#opening.catch(() => undefined);
  }
}

/** Writes beside the database as it would. @throws the system's error where the disk does not take it */
function probe(folder: string): void {
  const file = openSync(join(folder, "probe"), "w", 0o600);
  try {
    writeSync(file, probeBytes, 0, probeBytes.length, 0);
    ftruncateSync(file, 0);
  } finally {
    closeSync(file);
  }
}

/** Whether the first row of a batch is stored: a batch is one transaction, so all of it is. */
async function holds(database: Database, { numbers, texts, words }: Batch): Promise<boolean> {
  const rows = await database.query("SELECT 1 AS one FROM events WHERE time = $1 AND reference = $2 LIMIT 1", [
    numbers[timePlace] ?? 0,
    texts[words[referencePlace] ?? 0] ?? "",
  ]);
  return rows.length > 0;
}
