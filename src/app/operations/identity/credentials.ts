import { z } from "zod";
import type { Role } from "../permissions.ts";
import { roles } from "../permissions.ts";

/** Length counts, composition does not (NIST SP 800-63B). */
export const passwordText: z.ZodType<string> = z
  .string()
  .min(12, "expected at least 12 characters")
  .max(1_024)
  .meta({ description: "Password, at least 12 characters." });

export const userName: z.ZodType<string> = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._@-]{0,63}$/, "expected letters, digits and . _ @ -")
  .meta({ description: "Name: letters, digits and . _ @ -" });

export const roleName: z.ZodType<Role> = z
  .enum(roles as [Role, ...Role[]])
  .meta({ description: "viewer, support, analyst, operator or admin." });
