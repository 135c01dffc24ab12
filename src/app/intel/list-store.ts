import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Millis } from "#core";
import type { ListStanding } from "#intel";

/** What is remembered of one list between updates. */
export interface ListRecord extends ListStanding {
  readonly name: string;
  readonly source: string;
  /** When its content was last accepted or found unchanged. */
  readonly checkedAt: Millis;
  /** Why the last update was refused; empty when it was not. Shown until one is accepted. */
  readonly refused: string;
  readonly refusedAt: Millis;
}

/** Lists on disk: one file each, and one file of records, each replaced by renaming. */
export interface ListStore {
  record(name: string): ListRecord | undefined;
  /** The accepted text, or undefined when there is none or its checksum does not fit its record. */
  text(name: string): string | undefined;
  /** Keeps a new text, if given, and its record. The text is in place before its record is. */
  keep(record: ListRecord, text?: string): void;
  records(): readonly ListRecord[];
}

/** Opens `directory`/intel, made when missing and readable by its owner alone. */
export function openListStore(directory: string): ListStore {
  const path = join(directory, "intel");
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const recordsFile = join(path, "records.json");
  const records = new Map(readRecords(recordsFile).map((record) => [record.name, record]));
  const fileOf = (name: string, checksum: string): string =>
    join(path, `${createHash("sha256").update(name).digest("hex").slice(0, 16)}-${checksum.slice(0, 16)}.list`);
  return {
    record: (name) => records.get(name),
    records: () => [...records.values()],
    text(name) {
      const record = records.get(name);
      if (record === undefined || record.checksum === "") return undefined;
      try {
        const text = readFileSync(fileOf(name, record.checksum), "utf8");
        return createHash("sha256").update(text).digest("hex") === record.checksum ? text : undefined;
      } catch {
        return undefined;
      }
    },
    keep(record, text) {
      if (text !== undefined) writeWhole(fileOf(record.name, record.checksum), text);
      records.set(record.name, record);
      writeWhole(recordsFile, `${JSON.stringify({ version: 1, records: [...records.values()] }, null, 2)}\n`);
    },
  };
}

function readRecords(file: string): readonly ListRecord[] {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { readonly records: readonly ListRecord[] }).records;
  } catch {
    // Nothing was fetched yet, or the file was cut off: then every list is fetched anew and judged as new.
    return [];
  }
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.tmp`, text, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}
