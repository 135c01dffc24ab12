import type { Verb } from "../command.ts";
import { operationVerbs } from "../../operations/faces/cli.ts";
import { agents } from "./agents.ts";
import { check } from "./check.ts";
import { completion } from "./completion.ts";
import { config } from "./config.ts";
import { allow, block, decisions, unblock } from "./decisions.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { init } from "./init.ts";
import { intel } from "./intel.ts";
import { mcp } from "./mcp.ts";
import { panic } from "./panic.ts";
import { policy } from "./policy.ts";
import { reload } from "./reload.ts";
import { replay } from "./replay.ts";
import { restore } from "./restore.ts";
import { serve } from "./serve.ts";
import { status } from "./status.ts";
import { tail } from "./tail.ts";
import { upgrade } from "./upgrade.ts";
import { version } from "./version.ts";

/** Every verb, in the order `gait --help` lists them. */
export const verbs: readonly Verb[] = [
  init,
  demo,
  replay,
  tail,
  serve,
  check,
  config,
  reload,
  upgrade,
  status,
  doctor,
  explain,
  block,
  allow,
  unblock,
  decisions,
  policy,
  panic,
  agents,
  intel,
  operationVerbs,
  restore,
  mcp,
  completion,
  version,
];
