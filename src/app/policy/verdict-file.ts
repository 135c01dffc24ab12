import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "#core";
import type { Decision, DecisionTable } from "#policy";

/** Keeps what rules and convictions left standing over a restart. What operators decided is kept elsewhere, durably. */
export interface VerdictFile {
  /** Writes what stands, where it changed since; at most every few seconds unless `at once`. */
  keep(when: "soon" | "at once"): void;
}

interface KeptDecision extends Omit<Decision, "expiresAt"> {
  /** Wall clock: the monotonic one starts anew. */
  readonly until: number;
}

const fileName = "verdicts.json";
const everyMs = 5_000;

/**
 * Puts back what stood when the gateway stopped and keeps the file up to date. Losing the last seconds of it costs a few
 * requests that are judged again; a file that cannot be read or written costs no more than that either.
 */
export function openVerdictFile(directory: string, table: DecisionTable, clock: Clock): VerdictFile {
  const path = join(directory, fileName);
  restore(path, table, clock);
  let written = table.revision;
  let writtenAt = clock.monotonic();
  return {
    keep(when) {
      if (table.revision === written) return;
      if (when === "soon" && clock.monotonic() - writtenAt < everyMs) return;
      written = table.revision;
      writtenAt = clock.monotonic();
      try {
        writeFileSync(`${path}.tmp`, render(table, clock), { mode: 0o600 });
        renameSync(`${path}.tmp`, path);
      } catch {
        // A full disk: the next change tries again.
      }
    },
  };
}

function render(table: DecisionTable, clock: Clock): string {
  const monotonic = clock.monotonic();
  const kept = table
    .list()
    .flatMap(({ expiresAt, ...rest }): KeptDecision[] =>
      rest.origin === "operator" || expiresAt <= monotonic
        ? []
        : [{ ...rest, until: clock.now() + (expiresAt - monotonic) }],
    );
  return JSON.stringify({ version: 1, decisions: kept });
}

function restore(path: string, table: DecisionTable, clock: Clock): void {
  let decisions: readonly KeptDecision[] = [];
  try {
    const read = JSON.parse(readFileSync(path, "utf8")) as {
      readonly version?: number;
      readonly decisions?: readonly KeptDecision[];
    };
    if (read.version === 1 && Array.isArray(read.decisions)) decisions = read.decisions;
  } catch {
    // The first start of this installation, or a file that a crash left behind.
  }
  const now = clock.now();
  for (const { until, ...rest } of decisions) {
    if (until > now) table.add({ ...rest, expiresAt: clock.monotonic() + (until - now) });
  }
}
