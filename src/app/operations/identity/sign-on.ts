import { z } from "zod";
import { type Operation, OperationFault } from "../operation.ts";
import { type SessionState, sessionState, stateOf } from "./session-state.ts";

/** `session.sign-on`: the way to the identity provider. */
export const beginSignOn: Operation<Readonly<Record<string, never>>, { readonly url: string }> = {
  name: "session.sign-on",
  summary: "Begin to sign in through the identity provider: where the browser goes.",
  // Nothing is changed but a cookie of the browser that asks.
  effect: "read",
  permission: "anyone",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: z.strictObject({ url: z.string() }),
  async handle({ door, service }) {
    if (door === undefined) throw new OperationFault("invalid", "sessions are for browsers; programs use API tokens");
    const result = await service.identity.beginSignOn(door.address);
    if (result.kind === "wait")
      throw new OperationFault("slow-down", `too many tries; wait ${Math.ceil(result.ms / 1_000)} s`);
    if (result.kind !== "started") throw new OperationFault("unavailable", result.reason);
    door.keepFlow(result.flow);
    return { url: result.url };
  },
};

/** What the provider sent the browser back with. */
export interface FinishSignOnInput {
  readonly parameters: string;
}

/** `session.finish-sign-on`: back from the identity provider. */
export const finishSignOn: Operation<FinishSignOnInput, SessionState> = {
  name: "session.finish-sign-on",
  summary: "Sign in with what the identity provider sent the browser back with.",
  effect: "write",
  permission: "anyone",
  example: { parameters: "code=…&state=…" },
  input: z.strictObject({
    parameters: z.string().min(1).max(8_192).meta({ description: "The query string of the page it came back to." }),
  }),
  output: sessionState,
  async handle(context, { parameters }) {
    const { door, service } = context;
    if (door === undefined) throw new OperationFault("invalid", "sessions are for browsers; programs use API tokens");
    const result = await service.identity.finishSignOn(parameters, door);
    door.keepFlow("");
    if (result.kind !== "signed-on")
      throw new OperationFault(result.kind === "unavailable" ? "unavailable" : "unauthenticated", result.reason);
    const { name, role, subject } = result;
    context.change({ user: name, role, subject });
    const { id, session } = service.identity.start({ name, role });
    door.keep(id);
    return stateOf(context, session);
  },
};
