import type { FactView } from "./fact-view.ts";

/**
 * What closes several fields at once, asked before any of them: the jar is whole, no header is missing or strange, the client's
 * look does not contradict itself, there is no query, no account, the session is young, looked for no weakness or submitted nothing.
 */
export type Gate = "jar" | "headers" | "slips" | "query" | "account" | "probes" | "requests" | "submissions";

/** One number or flag (0 or 1) that rules may read. NaN: unknown. */
export interface NumberField {
  readonly name: string;
  readonly type: "number" | "flag";
  readonly description: string;
  readonly usual?: number;
  /** Counter of the session that holds the value: read without asking. */
  readonly column?: number;
  /** From what the counter stands at when the value reaches a limit; absent: the counter is the value. */
  readonly columnLimit?: (limit: number) => number;
  /** Sum of the session that holds the value, so many times over: read without asking. */
  readonly sum?: { readonly place: number; readonly times: number };
  /** While this is closed the value is unknown or no more than usual, so that nobody needs to ask for it. */
  readonly gate?: Gate;
  /** Says something about a single sub-resource. */
  readonly parts?: boolean;
  read(view: FactView): number;
}

/** One text that rules may read; empty when absent. */
export interface TextField {
  readonly name: string;
  readonly type: "text";
  readonly description: string;
  /** What ordinary requests show, each value at least one in ten of them. */
  readonly usualTexts?: readonly string[];
  readonly parts?: boolean;
  read(view: FactView): string;
}

export type Field = NumberField | TextField;

/** A number; `usual`: what nine in ten ordinary requests stay at or below (the index of rules reads it). */
export function number(
  name: string,
  description: string,
  { read, ...more }: Pick<NumberField, "read" | "usual" | "column" | "columnLimit" | "sum" | "gate" | "parts">,
): NumberField {
  return { name, type: "number", description, read, ...more };
}

/** A flag; `usual` 0 or 1: what ordinary requests show. Undefined from `read`: not observed. */
export function flag(
  name: string,
  description: string,
  {
    read,
    ...more
  }: {
    readonly read: (view: FactView) => boolean | undefined;
    readonly usual?: 0 | 1;
    readonly column?: number;
    readonly gate?: Gate;
  },
): NumberField {
  const asNumber = (view: FactView): number => {
    const value = read(view);
    return value === undefined ? Number.NaN : value ? 1 : 0;
  };
  return { name, type: "flag", description, read: asNumber, ...more };
}

/** A text. */
export function text(
  name: string,
  description: string,
  { read, ...more }: Pick<TextField, "read" | "parts" | "usualTexts">,
): TextField {
  return { name, type: "text", description, read, ...more };
}

/** `part / whole`, unknown while the whole is below `least`. */
export function share(part: number, whole: number, { least = 1 }: { readonly least?: number } = {}): number {
  return whole < least ? Number.NaN : part / whole;
}
