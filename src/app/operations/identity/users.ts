import { z } from "zod";
import { type OperatorAccount, usersCollection } from "../../identity/operators.ts";
import { hashPassword, noPassword } from "../../identity/password.ts";
import { type Operation, OperationFault } from "../operation.ts";
import type { OperationContext } from "../operation-context.ts";
import type { Role } from "../permissions.ts";
import { passwordText, roleName, userName } from "./credentials.ts";

/** A person who may sign in, as shown. */
export interface UserRow {
  readonly name: string;
  readonly role: Role;
  readonly secondFactor: boolean;
  /** `provider`: signed in through the identity provider, which alone decides whether and as what. */
  readonly by: "password" | "provider";
  /** Since the gateway started; null: not seen. */
  readonly lastSeen: number | null;
}

const userRow: z.ZodType<UserRow> = z.strictObject({
  name: z.string(),
  role: roleName,
  secondFactor: z.boolean(),
  by: z.enum(["password", "provider"]),
  lastSeen: z.number().nullable(),
});

/** `users.list`: who may sign in. */
export const listUsers: Operation<Readonly<Record<string, never>>, { readonly users: readonly UserRow[] }> = {
  name: "users.list",
  summary:
    "People who may sign in, with their roles, and those whom the identity provider let in and who are here now.",
  effect: "read",
  permission: "administer",
  example: {},
  input: z.strictObject({}) as z.ZodType<Readonly<Record<string, never>>>,
  output: z.strictObject({ users: z.array(userRow) }),
  handle: (context) => {
    const { identity } = context.service;
    const { operators } = identity;
    const guests = identity.signedOn().map(
      ({ name, role }): UserRow => ({
        name,
        role,
        secondFactor: false,
        by: "provider",
        lastSeen: operators.lastSeen.get(name) ?? null,
      }),
    );
    return { users: [...operators.users().map((one) => rowOf(context, one)), ...guests] };
  },
};

/** `users.sign-out`: ends somebody's sessions, whoever let them in. */
export const signOutUser: Operation<{ readonly name: string }, { readonly ended: number }> = {
  name: "users.sign-out",
  summary: "End a person's sessions at once; who may still sign in can do so again.",
  effect: "write",
  permission: "administer",
  argument: "name",
  example: { name: "sso:ben" },
  input: z.strictObject({
    name: z.string().min(1).max(64).meta({ description: "Name as users list tells it." }),
  }),
  output: z.strictObject({ ended: z.number() }),
  handle(context, { name }) {
    context.change({ user: name });
    return { ended: context.service.identity.sessions.endAll(name) };
  },
};

/** A person to add or change. */
export interface SaveUserInput {
  readonly name: string;
  readonly role: Role;
  readonly password?: string | undefined;
}

/** `users.save`: adds a person or changes role or password; whoever is changed has to sign in again. */
export const saveUser: Operation<SaveUserInput, UserRow> = {
  name: "users.save",
  summary: "Add a person, or change a person's role or password; ends that person's sessions.",
  effect: "write",
  permission: "administer",
  argument: "name",
  example: { name: "ben", role: "analyst", password: "a long sentence will do" },
  input: z.strictObject({
    name: userName,
    role: roleName,
    password: passwordText
      .optional()
      .meta({ description: "Password, at least 12 characters. Needed for a new person." }),
  }),
  output: userRow,
  async handle(context, { name, role, password }) {
    const { operators, sessions } = context.service.identity;
    const before = operators.user(name);
    if (before === undefined && password === undefined)
      throw new OperationFault("invalid", "password: a new person needs one");
    if (before?.role === "admin" && role !== "admin") refuseLastAdmin(context, name);
    const account: OperatorAccount = {
      name,
      role,
      password: password === undefined ? (before?.password ?? noPassword) : await hashPassword(password),
      secondFactor: before?.secondFactor ?? "",
      createdAt: before?.createdAt ?? context.now,
    };
    context.change({ user: name, role, password: password === undefined ? "kept" : "changed" }, [
      { collection: usersCollection, id: name, body: account },
    ]);
    sessions.endAll(name);
    return rowOf(context, account);
  },
};

/** `users.delete`: takes a person's access away at once. */
export const deleteUser: Operation<{ readonly name: string }, { readonly deleted: string }> = {
  name: "users.delete",
  summary: "Take a person's access away at once.",
  effect: "write",
  permission: "administer",
  argument: "name",
  destructive: true,
  example: { name: "ben" },
  input: z.strictObject({ name: userName }),
  output: z.strictObject({ deleted: z.string() }),
  handle(context, { name }) {
    const { operators, sessions } = context.service.identity;
    const account = operators.user(name);
    if (account === undefined) throw new OperationFault("not-found", `${JSON.stringify(name)}: there is no such user`);
    if (account.role === "admin") refuseLastAdmin(context, name);
    context.change({ user: name }, [{ collection: usersCollection, id: name, body: null }]);
    sessions.endAll(name);
    return { deleted: name };
  },
};

function refuseLastAdmin({ service }: OperationContext, name: string): void {
  const others = service.identity.operators.users().filter((one) => one.role === "admin" && one.name !== name);
  if (others.length === 0) throw new OperationFault("conflict", "the last administrator stays one");
}

function rowOf({ service }: OperationContext, { name, role, secondFactor }: OperatorAccount): UserRow {
  const lastSeen = service.identity.operators.lastSeen.get(name) ?? null;
  return { name, role, secondFactor: secondFactor !== "", by: "password", lastSeen };
}
