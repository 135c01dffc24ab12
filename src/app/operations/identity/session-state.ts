import { z } from "zod";
import { looker } from "../../admin/caller.ts";
import type { OperationContext } from "../operation-context.ts";
import type { Role } from "../permissions.ts";
import { permissionsOf, roles } from "../permissions.ts";

/** Who is asking and what may be done. */
export interface SessionState {
  /** Null: nobody is signed in. */
  readonly user: string | null;
  readonly role: Role | null;
  /** Names of the operations that this caller may use. */
  readonly may: readonly string[];
  /** True until the first administrator was made. */
  readonly bootstrap: boolean;
  /** Sent back as `X-CSRF-Token` with every change; null without a session of the console. */
  readonly csrf: string | null;
  readonly secondFactor: boolean;
  /** Words for the button that leads to the identity provider; null: there is none. */
  readonly signOn: string | null;
}

export const sessionState: z.ZodType<SessionState> = z.strictObject({
  user: z.string().nullable(),
  role: z.enum(roles as [Role, ...Role[]]).nullable(),
  may: z.array(z.string()),
  bootstrap: z.boolean(),
  csrf: z.string().nullable(),
  secondFactor: z.boolean(),
  signOn: z.string().nullable(),
});

/** The state for a caller; `as` where a session was started just now. */
export function stateOf(
  { caller, service, door, operationsFor }: OperationContext,
  as?: { readonly user: string; readonly role: Role; readonly csrf: string },
): SessionState {
  // Who only looks around before there are accounts is nobody yet, and is offered to become somebody.
  const unknown = caller.role === "none" || caller.name === looker;
  const user = as?.user ?? door?.session?.user ?? (unknown ? null : caller.name);
  const role = as?.role ?? (caller.role === "none" ? null : caller.role);
  const permissions = as === undefined ? caller.permissions : permissionsOf[as.role];
  return {
    user,
    role,
    may: operationsFor(permissions),
    bootstrap: service.identity.operators.bootstrapToken !== undefined,
    csrf: as?.csrf ?? door?.session?.csrf ?? null,
    secondFactor: user !== null && (service.identity.operators.user(user)?.secondFactor ?? "") !== "",
    signOn: service.identity.signOn?.config.name ?? null,
  };
}
