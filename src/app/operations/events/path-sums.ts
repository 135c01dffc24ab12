import { rollupOf, sketchSize } from "#store";
import type { OperationContext } from "../operation-context.ts";
import type { EventFilter } from "./event-filter.ts";

/** From this length on the sums of the store are read in place of its events. */
const longMs = 2 * 3_600_000;
/** Later than any event. */
const never = 8.64e15;
/** Hashes are of 32 bits. */
const hashes = 2 ** 32;
const summed: ReadonlySet<string> = new Set(["from", "to", "application", "kind"]);

/** Whether the sums of paths know everything that a filter asks for, over a span that is worth them. */
export function canSumPaths(filter: EventFilter): boolean {
  const { from = 0, to = never } = filter;
  if (to - from < longMs) return false;
  return Object.entries(filter).every(
    ([name, value]) => value === undefined || summed.has(name) || name === "field" || name === "limit",
  );
}

/** A path, its requests, and its sessions: exact below `sketchSize`, beyond with a standard error of 6 %. */
export interface PathCount {
  readonly value: string;
  readonly requests: number;
  readonly sessions: number;
}

/**
 * The most requested paths from the sums. Which they are is asked first: the sessions of all others are passed over then, by the
 * statistics of the files.
 */
export async function summedPaths(
  { query }: Pick<OperationContext, "query">,
  { from = 0, to = never, application = [], kind = [], limit }: EventFilter & { readonly limit: number },
): Promise<readonly PathCount[]> {
  const values: string[] = [];
  const among = (column: string, wanted: readonly string[]): string =>
    wanted.length === 0 ? "true" : `${column} IN (${wanted.map((one) => `$${values.push(one)}`).join(", ")})`;
  const sums = rollupOf("paths", from, to);
  const where = `${among("application", application)} AND ${among("kind", kind)}`;
  const top = await query(
    `SELECT path AS value, sum(n) AS requests FROM ${sums} WHERE ${where} GROUP BY 1 ORDER BY requests DESC, value LIMIT ${Number(limit)}`,
    values,
  );
  if (top.length === 0) return [];
  const paths = top.map(({ value }) => String(value));
  const counted = await query(
    `SELECT value, least(count(*), ${sketchSize}) AS n, list_last(min(hash, ${sketchSize})) AS last
     FROM (SELECT DISTINCT path AS value, unnest(sessions) AS hash FROM ${sums} WHERE ${where} AND ${among("path", paths)}) GROUP BY 1`,
    values,
  );
  const sessions = new Map(counted.map(({ value, n, last }) => [value, sessionsOf(Number(n), Number(last))]));
  return top.map(({ value, requests }) => ({
    value: String(value),
    requests: Number(requests),
    sessions: sessions.get(value) ?? 0,
  }));
}

/** How many there are, from how many smallest hashes are known and the greatest of them. */
function sessionsOf(known: number, last: number): number {
  return known < sketchSize ? known : Math.round(((known - 1) * hashes) / Math.max(1, last));
}
