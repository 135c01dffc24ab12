import { z } from "zod";
import { usersCollection } from "../../identity/operators.ts";
import { hashPassword } from "../../identity/password.ts";
import { type Operation, OperationFault } from "../operation.ts";
import { passwordText, userName } from "./credentials.ts";
import { type SessionState, sessionState, stateOf } from "./session-state.ts";

/** The first administrator. */
export interface BootstrapSessionInput {
  readonly token: string;
  readonly user: string;
  readonly password: string;
}

/** `session.bootstrap`: the one-time token of the first start makes the first administrator. */
export const bootstrapSession: Operation<BootstrapSessionInput, SessionState> = {
  name: "session.bootstrap",
  summary: "Make the first administrator with the one-time token that the gateway printed when it started.",
  effect: "write",
  permission: "anyone",
  example: { token: "…", user: "ann", password: "a long sentence will do" },
  input: z.strictObject({
    token: z.string().min(1).max(200).meta({ description: "The token that was printed." }),
    user: userName,
    password: passwordText,
  }),
  output: sessionState,
  async handle(context, { token, user, password }) {
    const { operators } = context.service.identity;
    if (!operators.bootstrapFits(token))
      throw new OperationFault("unauthenticated", "the token is not the one printed at this start, or was used");
    const account = {
      name: user,
      role: "admin" as const,
      password: await hashPassword(password),
      secondFactor: "",
      createdAt: context.now,
    };
    // Looked at again: while the password was hashed somebody else may have used the token.
    if (!operators.bootstrapFits(token)) throw new OperationFault("conflict", "the first administrator was just made");
    context.change({ user, role: "admin" }, [{ collection: usersCollection, id: user, body: account }]);
    const { id, session } = context.service.identity.start(account);
    context.door?.keep(id);
    return stateOf(context, session);
  },
};
