import { z } from "zod";
import { type Operation, OperationFault } from "../operation.ts";
import { type SessionState, sessionState, stateOf } from "./session-state.ts";

/** Who signs in. */
export interface CreateSessionInput {
  readonly user: string;
  readonly password: string;
  readonly code: string;
}

/** `session.create`: signs in at the console. */
export const createSession: Operation<CreateSessionInput, SessionState> = {
  name: "session.create",
  summary: "Sign in with name, password and, where there is one, the code of the second factor.",
  effect: "write",
  permission: "anyone",
  example: { user: "ann", password: "…" },
  input: z.strictObject({
    user: z.string().min(1).max(64).meta({ description: "Name." }),
    password: z.string().min(1).max(1_024).meta({ description: "Password." }),
    code: z.string().max(16).default("").meta({ description: "Code of the second factor." }),
  }),
  output: sessionState,
  async handle(context, given) {
    const { door, service } = context;
    if (door === undefined) throw new OperationFault("invalid", "sessions are for browsers; programs use API tokens");
    const result = await service.identity.signIn({ ...given, address: door.address });
    if (result.kind === "wait")
      throw new OperationFault("slow-down", `too many tries; wait ${Math.ceil(result.ms / 1_000)} s`);
    if (result.kind === "code-needed") throw new OperationFault("code-needed", "the second factor is asked for");
    if (result.kind === "refused") throw new OperationFault("unauthenticated", result.reason);
    context.change({ user: given.user });
    door.keep(result.id);
    return stateOf(context, result.session);
  },
};
