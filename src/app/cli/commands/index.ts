import type { Verb } from "../command.ts";
import { check } from "./check.ts";
import { config } from "./config.ts";
import { replay } from "./replay.ts";
import { version } from "./version.ts";

/** Every verb, in the order `gait --help` lists them. */
export const verbs: readonly Verb[] = [check, config, replay, version];
