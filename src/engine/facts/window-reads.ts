import type { WindowRows } from "#core";
import type { KeyWord } from "./words.ts";

/**
 * Whom a table is for, and whose traffic moves it. What every visitor does stands apart from steps that are submitted and
 * from requests that carry an account or a token: a flood of visitors must not push out whose log-ins fail.
 */
export type Traffic = "everybody" | "submissions" | "identified";

/** A count or a set of a table, and the window it is about. */
export interface Column {
  readonly name: string;
  readonly window: number;
}

/** One table: a key word and a sort of traffic, with every count and set that rules ask for there. */
export interface Group {
  readonly word: KeyWord;
  readonly traffic: Traffic;
  readonly counters: Column[];
  readonly sets: Column[];
  rows: WindowRows | undefined;
  /** Row of the request at hand, where `serial` is its number; -1: it has none. */
  row: number;
  serial: number;
}

/** Where a call is counted. */
export interface CountTarget {
  readonly group: Group;
  readonly column: number;
}

/** A call of rules that counts in a window, by its words. */
export interface WindowCall {
  readonly name: "count" | "distinct";
  readonly words: string;
}

/** A limit above nothing that a call may reach, and the position that answers for it. */
export interface WindowLimit extends WindowCall {
  readonly at: number;
  readonly limit: number;
}

/** A call to be read, and where its value goes. */
export interface WindowRead extends WindowCall {
  readonly at: number;
}

interface ReadPlace {
  readonly column: number;
  readonly at: number;
}

/** The calls that one table answers for. */
export interface WindowReads {
  readonly group: Group;
  readonly counts: readonly ReadPlace[];
  readonly sets: readonly ReadPlace[];
}

/** The limits that one table answers for, by its columns: counters before sets, as `WindowRows` rings. */
export interface WindowWalk {
  readonly group: Group;
  /** Columns that are looked at, as bits. */
  readonly looksAt: Uint32Array;
  readonly limits: Float64Array;
  readonly at: Uint16Array;
}

type TargetOf = (call: WindowCall) => CountTarget | undefined;

/** Calls by the tables that answer for them; those that nobody follows are left out. */
export function readsOf(calls: readonly WindowRead[], targetOf: TargetOf): readonly WindowReads[] {
  const reads = new Map<Group, { counts: ReadPlace[]; sets: ReadPlace[] }>();
  for (const call of calls) {
    const target = targetOf(call);
    if (target === undefined) continue;
    const read = reads.get(target.group) ?? { counts: [], sets: [] };
    reads.set(target.group, read);
    (call.name === "count" ? read.counts : read.sets).push({ column: target.column, at: call.at });
  }
  return [...reads].map(([group, read]) => ({ group, ...read }));
}

/** Limits by the tables that answer for them; those tables listen for them from now on. */
export function walksOf(limits: readonly WindowLimit[], targetOf: TargetOf): readonly WindowWalk[] {
  const walks = new Map<Group, (ReadPlace & { readonly limit: number })[]>();
  for (const { at, limit, ...call } of limits) {
    const target = targetOf(call);
    if (target === undefined) continue;
    const { group } = target;
    const column = call.name === "count" ? target.column : group.counters.length + target.column;
    const walk = walks.get(group) ?? [];
    walks.set(group, walk);
    walk.push({ column, at, limit });
  }
  return [...walks].map(([group, list]) => {
    const width = group.counters.length + group.sets.length;
    const walk: WindowWalk = {
      group,
      looksAt: new Uint32Array(Math.ceil(width / 32)),
      limits: new Float64Array(width),
      at: new Uint16Array(width),
    };
    for (const { column, at, limit } of list) {
      walk.looksAt[column >> 5] = ((walk.looksAt[column >> 5] as number) | (1 << (column & 31))) >>> 0;
      walk.limits[column] = limit;
      walk.at[column] = at;
    }
    group.rows?.listen(list.map(({ column, limit }) => [column, limit] as const));
    return walk;
  });
}

/** Writes the positions of the limits that a row reaches behind the `count` that `into` holds. */
export function beyondIn(
  { group, looksAt, limits, at }: WindowWalk,
  row: number,
  { into, count }: { readonly into: Uint16Array; readonly count: number },
): number {
  const { rows, counters } = group;
  if (rows === undefined) return count;
  let found = count;
  for (let word = 0; word < looksAt.length; word++) {
    let left = rows.ringing(row, word) & (looksAt[word] as number);
    while (left !== 0) {
      const column = word * 32 + 31 - Math.clz32(left & -left);
      left &= left - 1;
      const value = column < counters.length ? rows.count(row, column) : rows.different(row, column - counters.length);
      if (value >= (limits[column] as number)) into[found++] = at[column] as number;
      else rows.quieten(row, column);
    }
  }
  return found;
}
