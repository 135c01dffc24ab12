import type { FactView } from "./fact-view.ts";

/** One number or flag (0 or 1) that rules may read. NaN: unknown. */
export interface NumberField {
  readonly name: string;
  readonly type: "number" | "flag";
  readonly description: string;
  readonly usual?: number;
  read(view: FactView): number;
}

/** One text that rules may read; empty when absent. */
export interface TextField {
  readonly name: string;
  readonly type: "text";
  readonly description: string;
  read(view: FactView): string;
}

export type Field = NumberField | TextField;

/** A number; `usual`: what nine in ten ordinary requests stay at or below (the index of rules reads it). */
export function number(
  name: string,
  description: string,
  { read, usual }: { readonly read: (view: FactView) => number; readonly usual?: number },
): NumberField {
  return { name, type: "number", description, read, ...(usual === undefined ? {} : { usual }) };
}

/** A flag; `usual` 0 or 1: what ordinary requests show. Undefined from `read`: not observed. */
export function flag(
  name: string,
  description: string,
  { read, usual }: { readonly read: (view: FactView) => boolean | undefined; readonly usual?: 0 | 1 },
): NumberField {
  const asNumber = (view: FactView): number => {
    const value = read(view);
    return value === undefined ? Number.NaN : value ? 1 : 0;
  };
  return { name, type: "flag", description, read: asNumber, ...(usual === undefined ? {} : { usual }) };
}

/** A text. */
export function text(
  name: string,
  description: string,
  { read }: { readonly read: (view: FactView) => string },
): TextField {
  return { name, type: "text", description, read };
}

/** `part / whole`, unknown while the whole is below `least`. */
export function share(part: number, whole: number, { least = 1 }: { readonly least?: number } = {}): number {
  return whole < least ? Number.NaN : part / whole;
}
