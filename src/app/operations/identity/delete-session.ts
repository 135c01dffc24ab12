import { z } from "zod";
import type { Operation } from "../operation.ts";
import { type SessionState, sessionState, stateOf } from "./session-state.ts";

/** `session.delete`: signs out. */
export const deleteSession: Operation<Readonly<Record<string, never>>, SessionState> = {
  name: "session.delete",
  summary: "Sign out.",
  effect: "write",
  permission: "open",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: sessionState,
  handle(context) {
    context.change({});
    context.door?.end();
    return { ...stateOf(context), user: null, role: null, may: [], csrf: null };
  },
};
