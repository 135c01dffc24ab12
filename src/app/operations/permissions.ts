/**
 * What an operation asks of its caller. `open`: any caller that is known. The others are held by roles.
 * Whoever may do more than look is named in the audit log.
 */
export type Permission = "open" | "look" | "explain" | "unblock" | "analyse" | "operate" | "administer";

/** Whom an operator can be. */
export type Role = "viewer" | "support" | "analyst" | "operator" | "admin";

/** The roles, least first. */
export const roles: readonly Role[] = ["viewer", "support", "analyst", "operator", "admin"];

/** What each role may do. Support explains and unblocks and sees nothing else: it is the widest circle of people. */
export const permissionsOf: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(["open", "look", "explain"]),
  support: new Set(["open", "explain", "unblock"]),
  analyst: new Set(["open", "look", "explain", "analyse"]),
  operator: new Set(["open", "look", "explain", "analyse", "unblock", "operate"]),
  admin: new Set(["open", "look", "explain", "analyse", "unblock", "operate", "administer"]),
};
