import type { Verb } from "../command.ts";
import { version } from "./version.ts";

/** Every verb, in the order `gait --help` lists them. */
export const verbs: readonly Verb[] = [version];
