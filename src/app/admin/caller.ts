import type { Caller } from "../operations/operation-context.ts";
import { permissionsOf } from "../operations/permissions.ts";
import type { Authority } from "./admin-request.ts";

/** Whom an authority of the listener stands for among the roles. */
export function callerOf(authority: Authority | "none", door: "socket" | "tcp"): Caller {
  if (authority === "control")
    return { name: door === "socket" ? "socket" : "admin-token", role: "admin", permissions: permissionsOf.admin };
  if (authority === "look") return { name: "looker", role: "viewer", permissions: permissionsOf.viewer };
  return { name: "anonymous", role: "none", permissions: new Set() };
}
