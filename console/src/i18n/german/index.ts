import type { Messages } from "../english/index.ts";
import { cases } from "./cases.ts";
import { control } from "./control.ts";
import { shell } from "./shell.ts";
import { traffic } from "./traffic.ts";

/** Deutsch, ganz. */
export const german: Messages = { ...shell, ...traffic, ...cases, ...control };
