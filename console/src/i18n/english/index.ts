import { cases } from "./cases.ts";
import { control } from "./control.ts";
import { shell } from "./shell.ts";
import { traffic } from "./traffic.ts";

const all = { ...shell, ...traffic, ...cases, ...control } as const;

/** Name of a text. */
export type MessageKey = keyof typeof all;

/** A text, or two of them by number. */
export type Message = string | { readonly one: string; readonly other: string };

/** A whole language. */
export type Messages = Readonly<Record<MessageKey, Message>>;

/** The language that everything is written in first. */
export const english: Messages = all;
