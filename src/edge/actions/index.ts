import type { Action } from "#core";
import type { ActionHandler } from "./action.ts";
import { allow } from "./allow.ts";
import { block } from "./block.ts";
import { challenge } from "./challenge.ts";
import { deceive } from "./deceive.ts";
import { hold } from "./hold.ts";
import { log } from "./log.ts";
import { route } from "./route.ts";
import { stepUp } from "./step-up.ts";
import { tag } from "./tag.ts";
import { tarpit } from "./tarpit.ts";
import { throttle } from "./throttle.ts";

/**
 * Who carries out which action here. What this connector cannot do falls back to the nearest thing it can: actions
 * that ask the client for something are refusals where nothing can be asked, deceptions are blocks.
 */
export const actions: Readonly<Record<Action, ActionHandler>> = {
  allow,
  tag,
  log,
  throttle,
  tarpit,
  "step-up": stepUp,
  hold,
  challenge,
  deceive,
  route,
  block,
};
