import { z } from "zod";
import type { Operation } from "../operation.ts";
import { type SessionState, sessionState, stateOf } from "./session-state.ts";

/** `session.get`: who is asking. */
export const getSessionState: Operation<Readonly<Record<string, never>>, SessionState> = {
  name: "session.get",
  summary: "Who is asking, in which role, and which operations that allows.",
  effect: "read",
  permission: "anyone",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: sessionState,
  handle: (context) => stateOf(context),
};
