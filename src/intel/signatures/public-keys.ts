import { constants, createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";
import type { Millis } from "#core";

/** What the drafts allow agents to sign with; Ed25519 is what they recommend and nearly all use. */
export type SignatureAlgorithm = "ed25519" | "ecdsa-p256-sha256" | "rsa-pss-sha512";

/** A public key ready to verify with. */
export interface AgentKey {
  /** JWK thumbprint (RFC 7638, SHA-256, base64url): what `keyid` names. */
  readonly thumbprint: string;
  readonly algorithm: SignatureAlgorithm;
  readonly key: KeyObject;
  /** The key speaks from `notBefore` until `notAfter`. 0 and Infinity: no bound given. */
  readonly notBefore: Millis;
  readonly notAfter: Millis;
}

const rsaBitsMin = 2_048;
/** Verification time grows with the square of the modulus; a hostile directory must not choose it. */
const rsaBitsMax = 4_096;

/** Reads a public JWK. @returns Undefined for key types, curves and sizes that are not accepted, or for broken ones. */
export function agentKeyFrom(jwk: unknown): AgentKey | undefined {
  if (typeof jwk !== "object" || jwk === null) return undefined;
  const fields = jwk as Readonly<Record<string, unknown>>;
  const required = requiredMembers(fields);
  if (required === undefined) return undefined;
  // Only the public members are handed on: a directory that leaks a private key must not make us load it.
  const parts: Record<string, string> = {};
  for (const name of required.members) {
    const value = fields[name];
    if (typeof value !== "string" || value.length > 1_400) return undefined;
    parts[name] = value;
  }
  let key: KeyObject;
  try {
    key = createPublicKey({ key: parts as JsonWebKey, format: "jwk" });
  } catch {
    return undefined;
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? rsaBitsMin;
  if (bits < rsaBitsMin || bits > rsaBitsMax) return undefined;
  return {
    thumbprint: createHash("sha256").update(JSON.stringify(parts)).digest("base64url"),
    algorithm: required.algorithm,
    key,
    notBefore: instant(fields.nbf, 0),
    notAfter: instant(fields.exp, Number.POSITIVE_INFINITY),
  };
}

/** RFC 7638 section 3.2: the members a thumbprint is made of, in lexicographic order. */
function requiredMembers(
  fields: Readonly<Record<string, unknown>>,
): { members: string[]; algorithm: SignatureAlgorithm } | undefined {
  if (fields.kty === "OKP" && fields.crv === "Ed25519") return { members: ["crv", "kty", "x"], algorithm: "ed25519" };
  if (fields.kty === "EC" && fields.crv === "P-256")
    return { members: ["crv", "kty", "x", "y"], algorithm: "ecdsa-p256-sha256" };
  if (fields.kty === "RSA") return { members: ["e", "kty", "n"], algorithm: "rsa-pss-sha512" };
  return undefined;
}

/** JWT says seconds; the first directories in the field wrote milliseconds. */
function instant(value: unknown, otherwise: Millis): Millis {
  if (typeof value !== "number" || !Number.isFinite(value)) return otherwise;
  return value < 100_000_000_000 ? value * 1_000 : value;
}

/** Whether `signature` is `key`'s over `base`. About 100 µs for Ed25519. */
export function verifies(key: AgentKey, base: string, signature: Uint8Array): boolean {
  const data = Buffer.from(base, "latin1");
  switch (key.algorithm) {
    case "ed25519":
      return signature.length === 64 && verify(null, data, key.key, signature);
    case "ecdsa-p256-sha256":
      return signature.length === 64 && verify("sha256", data, { key: key.key, dsaEncoding: "ieee-p1363" }, signature);
    case "rsa-pss-sha512":
      // RFC 9421 section 3.3.1: MGF1 with SHA-512 and a salt of 64 bytes.
      return verify(
        "sha512",
        data,
        { key: key.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 },
        signature,
      );
  }
}
