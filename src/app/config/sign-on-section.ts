import { isIP } from "node:net";
import { z } from "zod";
import { type Role, roles } from "../operations/permissions.ts";
import { fileText } from "./scalars.ts";

/** Signing in through the organisation's own identity provider (OpenID Connect). */
export interface SignOnConfig {
  /** Words on the button. */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecretFile?: string | undefined;
  /** Where the provider sends people back to, as registered there. */
  readonly redirectUrl: string;
  readonly scopes: readonly string[];
  /** Claim that names a person; what a token lacks is replaced by `sub`. */
  readonly userClaim: string;
  /** Claim that holds groups or roles; dots lead inside. */
  readonly rolesClaim: string;
  /** Role by value of that claim; the highest one counts. */
  readonly roles: Readonly<Record<string, Role>>;
  /** Role of whoever has none of them; without it they are refused. */
  readonly otherwise?: Role | undefined;
  readonly addresses: readonly string[];
  readonly caFile?: string | undefined;
}

const role = z.enum(roles as [Role, ...Role[]]);

/** https, or http on loopback, where browsers keep what they say to themselves. */
function isPageAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, hash, search } = new URL(text);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return (protocol === "https:" || (protocol === "http:" && loopback)) && hash === "" && search === "";
}

/** Section `admin.signOn`. */
export const signOnSection: z.ZodType<SignOnConfig> = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(40)
    .default("single sign-on")
    .meta({ description: "Words on the button: “Sign in with …”.", examples: ["Example SSO"] }),
  issuer: z
    .url({ protocol: /^https$/ })
    .max(2_048)
    .meta({
      description: "Issuer identifier of the provider; its `/.well-known/openid-configuration` is read.",
      examples: ["https://id.example.org"],
    }),
  clientId: z
    .string()
    .min(1)
    .max(256)
    .meta({ description: "Name under which Gait is registered there.", examples: ["gait"] }),
  clientSecretFile: fileText.optional().meta({
    description:
      "File (mode 0600) with the client's secret. Without it Gait is a public client; PKCE is used either way.",
  }),
  redirectUrl: z
    .string()
    .max(2_048)
    .refine(isPageAddress, "expected https (or http on loopback) and the path /console/login, nothing behind it")
    .refine(
      (text) => !URL.canParse(text) || new URL(text).pathname === "/console/login",
      "expected the path /console/login",
    )
    .meta({
      description: "Where the provider sends people back to: the console's `/console/login`, as registered there.",
      examples: ["https://gait.example.org/console/login"],
    }),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/))
    .max(16)
    .default(["openid", "profile", "email"])
    .meta({ description: "What is asked for. `openid` is always among it." }),
  userClaim: z
    .string()
    .min(1)
    .max(128)
    .default("preferred_username")
    .meta({ description: "Claim that names a person in the console and the audit log; `sub` where it is missing." }),
  rolesClaim: z
    .string()
    .min(1)
    .max(256)
    .default("groups")
    .meta({ description: "Claim with groups or roles; dots lead inside.", examples: ["realm_access.roles"] }),
  roles: z
    .record(z.string().min(1).max(256), role)
    .default({})
    .meta({
      description: "Role by value of that claim. Who has several gets the highest.",
      examples: [{ "gait-admins": "admin", soc: "analyst" }],
    }),
  otherwise: role.optional().meta({ description: "Role of whoever has none of them. Without it they are refused." }),
  addresses: z
    .array(z.string().refine((text) => isIP(text) !== 0, "expected an IP address"))
    .max(16)
    .default([])
    .meta({
      description: "Addresses of a provider inside your network; others that are not public are refused.",
      examples: [["10.0.0.5"]],
    }),
  caFile: fileText.optional().meta({
    description: "Certificate authorities (PEM) that vouch for the provider, in place of the system's.",
  }),
});
