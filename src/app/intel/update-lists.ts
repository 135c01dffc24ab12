import { readFileSync } from "node:fs";
import { intelLimits, limitValues, type Millis } from "#core";
import { type SafeFetchOptions, type SafeFetchResult, safeFetch } from "#integrations";
import { judgeListUpdate } from "#intel";
import type { ListRecord, ListStore } from "./list-store.ts";

/** One list to keep up to date. */
export interface ListSource {
  readonly name: string;
  /** https URL or local file. */
  readonly source: string;
  /** Expected SHA-256; empty: any content that is believable. */
  readonly checksum: string;
}

export interface ListOutcome {
  readonly name: string;
  readonly outcome: "accepted" | "unchanged" | "refused";
  /** Why it was refused; empty otherwise. */
  readonly detail: string;
  readonly prefixes: number;
}

const changeFactorMax = 4;

/**
 * Brings lists up to date, one after the other. Each is fetched whole, judged against the one in use, and only then put in its
 * place; whatever goes wrong, the last good one stays and the record says why, until an update is accepted.
 *
 * @param fetch For tests: how URLs are fetched.
 */
export async function updateLists(
  sources: readonly ListSource[],
  store: ListStore,
  options: {
    readonly now: Millis;
    readonly fetch?: (url: string, options: SafeFetchOptions) => Promise<SafeFetchResult>;
  },
): Promise<readonly ListOutcome[]> {
  const limits = limitValues(intelLimits);
  const outcomes: ListOutcome[] = [];
  for (const source of sources) {
    const before = store.record(source.name);
    const read = await readSource(source, { bytesMax: limits.listBytes, fetch: options.fetch ?? safeFetch });
    const update =
      "problem" in read
        ? ({ kind: "refused", reason: "fetch", detail: read.problem } as const)
        : judgeListUpdate(read.text, store.text(source.name) === undefined ? undefined : before, {
            prefixesMax: limits.listPrefixes,
            checksum: source.checksum,
            changeFactorMax,
          });
    if (update.kind === "refused") {
      const detail = `${update.reason}: ${update.detail}`;
      store.keep({ ...(before ?? neverSeen(source)), refused: detail, refusedAt: options.now });
      outcomes.push({ name: source.name, outcome: "refused", detail, prefixes: before?.prefixes ?? 0 });
      continue;
    }
    const { checksum, prefixes, addresses } = update.standing;
    const record: ListRecord = {
      name: source.name,
      source: source.source,
      checksum,
      prefixes,
      addresses,
      checkedAt: options.now,
      refused: "",
      refusedAt: 0,
    };
    store.keep(record, update.kind === "accepted" && "text" in read ? read.text : undefined);
    outcomes.push({ name: source.name, outcome: update.kind, detail: "", prefixes });
  }
  return outcomes;
}

function neverSeen({ name, source }: ListSource): ListRecord {
  return { name, source, checksum: "", prefixes: 0, addresses: 0, checkedAt: 0, refused: "", refusedAt: 0 };
}

async function readSource(
  { source }: ListSource,
  options: {
    readonly bytesMax: number;
    readonly fetch: (url: string, options: SafeFetchOptions) => Promise<SafeFetchResult>;
  },
): Promise<{ readonly text: string } | { readonly problem: string }> {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) {
    try {
      const bytes = readFileSync(source);
      return bytes.length > options.bytesMax ? { problem: `${bytes.length} bytes` } : { text: bytes.toString("utf8") };
    } catch (error) {
      return {
        problem: `cannot read ${JSON.stringify(source)} (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
      };
    }
  }
  const result = await options.fetch(source, { bytesMax: options.bytesMax, timeoutMs: 60_000 });
  return result.kind === "refused"
    ? { problem: `${result.reason}: ${result.detail}` }
    : { text: result.body.toString("utf8") };
}
