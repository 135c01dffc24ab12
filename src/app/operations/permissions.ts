/**
 * What an operation asks of its caller. `anyone`: needs no identity, which is so for signing in alone. `open`: any caller
 * that is known. The others are held by roles.
 */
export type Permission = "anyone" | "open" | "look" | "explain" | "unblock" | "analyse" | "operate" | "administer";

/** Whom an operator can be. */
export type Role = "viewer" | "support" | "analyst" | "operator" | "admin";

/** The roles, least first. */
export const roles: readonly Role[] = ["viewer", "support", "analyst", "operator", "admin"];

/** What each role may do. Support explains and unblocks and sees nothing else: it is the widest circle of people. */
export const permissionsOf: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(["anyone", "open", "look", "explain"]),
  support: new Set(["anyone", "open", "explain", "unblock"]),
  analyst: new Set(["anyone", "open", "look", "explain", "analyse"]),
  operator: new Set(["anyone", "open", "look", "explain", "analyse", "unblock", "operate"]),
  admin: new Set(["anyone", "open", "look", "explain", "analyse", "unblock", "operate", "administer"]),
};
