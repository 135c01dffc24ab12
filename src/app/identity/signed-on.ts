import type { SignOnConfig } from "../config/sign-on-section.ts";
import { type Role, roles } from "../operations/permissions.ts";
import type { Claims } from "./open-id.ts";

/** Somebody for whom the provider vouched. */
export interface SignedOn {
  readonly kind: "signed-on";
  /** `sso:ann`: never the name of somebody who has a password here. */
  readonly name: string;
  readonly role: Role;
  /** The provider's own, lasting name of the person (`sub`). */
  readonly subject: string;
}

/** People of the provider are told apart from those with an account here, whose names have no colon. */
export const signOnPrefix = "sso:";

/**
 * Reads name and role out of a person's claims. Names may be chosen by their owners at some providers, so they say who did
 * something and never what somebody may do; that is the roles claim's alone.
 */
export function whoIs(
  config: SignOnConfig,
  claims: Claims,
): SignedOn | { readonly kind: "refused"; readonly reason: string } {
  const subject = textAt(claims, "sub");
  const name = nameOf(config, claims) ?? readable(subject);
  if (subject === undefined || name === undefined)
    return { kind: "refused", reason: "the provider names nobody by a name that can be shown" };
  const role = roleOf(config, claims);
  if (role === undefined) {
    const reason = `${JSON.stringify(name)} has none of the roles that admin.signOn.roles knows in the claim ${JSON.stringify(config.rolesClaim)}`;
    return { kind: "refused", reason };
  }
  return { kind: "signed-on", name: `${signOnPrefix}${name}`, role, subject };
}

function nameOf({ userClaim }: SignOnConfig, claims: Claims): string | undefined {
  // An address that nobody checked is whatever its owner typed.
  if (userClaim === "email" && claims.email_verified === false) return undefined;
  return readable(textAt(claims, userClaim));
}

function roleOf({ rolesClaim, roles: known, otherwise }: SignOnConfig, claims: Claims): Role | undefined {
  const held = valuesAt(claims, rolesClaim).flatMap((value) => (Object.hasOwn(known, value) ? [known[value]] : []));
  return roles.findLast((role) => held.includes(role)) ?? otherwise;
}

/** What stands in logs and on screens is short and plain: no spaces, no control characters, nothing that turns text around. */
function readable(text: string | undefined): string | undefined {
  return text !== undefined && /^[\p{L}\p{N}._@+|-]{1,60}$/u.test(text) ? text : undefined;
}

/** The claim as it is named, or else by its way inside (`realm_access.roles`): URLs with dots are names of claims, too. */
function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let found: unknown = claims;
  for (const part of name.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Claims)[part];
  }
  return found;
}

function textAt(claims: Claims, name: string): string | undefined {
  const found = claimAt(claims, name);
  return typeof found === "string" ? found : undefined;
}

function valuesAt(claims: Claims, name: string): readonly string[] {
  const found = claimAt(claims, name);
  const list = Array.isArray(found) ? found.slice(0, 1_000) : [found];
  return list.filter((one): one is string => typeof one === "string");
}
