import { z } from "zod";
import { parseDuration } from "../../config/duration.ts";
import { type ApiToken, tokensCollection } from "../../identity/operators.ts";
import { type Operation, OperationFault } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";
import type { Role } from "../permissions.ts";
import { roleName, userName } from "./credentials.ts";

/** A program that may call, as shown. */
export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  /** Since the gateway started; null: not used. */
  readonly lastUsed: number | null;
}

const tokenShape = {
  id: z.string(),
  name: z.string(),
  role: roleName,
  createdAt: z.number(),
  expiresAt: z.number().nullable(),
  lastUsed: z.number().nullable(),
};

/** `tokens.list`: programs that may call. */
export const listTokens: Operation<Readonly<Record<string, never>>, { readonly tokens: readonly TokenRow[] }> = {
  name: "tokens.list",
  summary: "API tokens: whose, in which role, until when. Secrets are not kept.",
  effect: "read",
  permission: "administer",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: z.strictObject({ tokens: z.array(z.strictObject(tokenShape)) }),
  handle: (context) => ({ tokens: context.service.identity.operators.tokens().map((one) => rowOf(context, one)) }),
};

/** A program to let in. */
export interface CreateTokenInput {
  readonly name: string;
  readonly role: Role;
  readonly for?: string | undefined;
}

/** `tokens.create`: a token for a program; its secret is answered this once. */
export const createToken: Operation<CreateTokenInput, TokenRow & { readonly secret: string }> = {
  name: "tokens.create",
  summary: "Make an API token for a program. The secret is shown this once.",
  effect: "write",
  permission: "administer",
  argument: "name",
  example: { name: "grafana", role: "viewer", for: "90d" },
  input: z.strictObject({
    name: userName,
    role: roleName,
    for: z.string().max(20).optional().meta({ description: "How long, such as 90d. Default: until revoked." }),
  }),
  output: z.strictObject({ ...tokenShape, secret: z.string() }),
  handle(context, { name, role, for: span }) {
    const spanMs = span === undefined ? undefined : parseDuration(span);
    if (span !== undefined && spanMs === undefined)
      throw new OperationFault("invalid", 'for: expected a duration such as "90d"');
    const expiresAt = spanMs === undefined ? null : context.now + spanMs;
    const { token, secret } = context.service.identity.operators.makeToken({ name, role, expiresAt }, context.now);
    context.change({ id: token.id, name, role, expiresAt }, [
      { collection: tokensCollection, id: token.id, body: token },
    ]);
    return { ...rowOf(context, token), secret };
  },
};

/** `tokens.revoke`: ends a token at once. */
export const revokeToken: Operation<{ readonly id: string }, { readonly revoked: string }> = {
  name: "tokens.revoke",
  summary: "End an API token at once.",
  effect: "write",
  permission: "administer",
  argument: "id",
  destructive: true,
  example: { id: "Zk3x9Q2a" },
  input: z.strictObject({ id: z.string().min(1).max(64).meta({ description: "Id of the token." }) }),
  output: z.strictObject({ revoked: z.string() }),
  handle(context, { id }) {
    const token = context.service.identity.operators.tokens().find((one) => one.id === id);
    if (token === undefined) throw new OperationFault("not-found", `${JSON.stringify(id)}: there is no such token`);
    context.change({ id, name: token.name }, [{ collection: tokensCollection, id, body: null }]);
    return { revoked: id };
  },
};

function rowOf({ service }: OperationContext, { id, name, role, createdAt, expiresAt }: ApiToken): TokenRow {
  const lastUsed = service.identity.operators.lastSeen.get(`token:${id}`) ?? null;
  return { id, name, role, createdAt, expiresAt, lastUsed };
}
