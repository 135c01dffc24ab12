import type { FactView } from "./fact-view.ts";

/** One number or flag (0 or 1) that rules may read. NaN: unknown. */
export interface NumberField {
  readonly name: string;
  readonly type: "number" | "flag";
  readonly description: string;
  readonly usual?: number;
  /** Counter of the session that holds the value as it is: read without asking. */
  readonly column?: number;
  /** Says something about a single sub-resource. */
  readonly parts?: boolean;
  read(view: FactView): number;
}

/** One text that rules may read; empty when absent. */
export interface TextField {
  readonly name: string;
  readonly type: "text";
  readonly description: string;
  readonly parts?: boolean;
  read(view: FactView): string;
}

export type Field = NumberField | TextField;

/** A number; `usual`: what nine in ten ordinary requests stay at or below (the index of rules reads it). */
export function number(
  name: string,
  description: string,
  { read, ...more }: Pick<NumberField, "read" | "usual" | "column" | "parts">,
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
  }: { readonly read: (view: FactView) => boolean | undefined; readonly usual?: 0 | 1; readonly column?: number },
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
  { read, parts }: { readonly read: (view: FactView) => string; readonly parts?: boolean },
): TextField {
  return { name, type: "text", description, read, ...(parts === undefined ? {} : { parts }) };
}

/** `part / whole`, unknown while the whole is below `least`. */
export function share(part: number, whole: number, { least = 1 }: { readonly least?: number } = {}): number {
  return whole < least ? Number.NaN : part / whole;
}
