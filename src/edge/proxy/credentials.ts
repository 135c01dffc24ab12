import { type Hashed, type HashKey, keyedHash, type Millis } from "#core";
import { field } from "#wire";
import { hashAccount, hashPassword } from "./login-body.ts";

/** What a credential header says, hashed. */
export interface Credentials {
  readonly token: Hashed;
  /** User of Basic, subject of a JSON Web Token; 0 when none is readable. */
  readonly account: Hashed;
  /** Twenty bits of a daily-keyed hash of a Basic password; 0 without one. */
  readonly password: number;
}

const credentialBytesMax = 8_192;
const accountsMax = 4_096;
/** Subjects already read, by token hash: decoding a token on every request would cost more than the rest. */
const accounts = new Map<Hashed, Hashed>();

/** Hashes a credential header at once, so that nothing further in can leak it. The token's claims are not verified. */
export function readCredentials(
  value: string,
  { key, id, at }: { readonly key: HashKey; readonly id: number; readonly at: Millis },
): Credentials {
  const token = keyedHash(key, value);
  if (id !== field.authorization || value.length > credentialBytesMax) return { token, account: 0, password: 0 };
  const space = value.indexOf(" ");
  const scheme = value.slice(0, Math.max(0, space)).toLowerCase();
  const rest = value.slice(space + 1).trim();
  if (scheme === "basic") return readBasic(rest, { token, key, at });
  if (scheme !== "bearer" || !rest.startsWith("eyJ")) return { token, account: 0, password: 0 };
  return { token, account: rememberedSubject(token, rest, key), password: 0 };
}

function readBasic(
  rest: string,
  known: { readonly token: Hashed; readonly key: HashKey; readonly at: Millis },
): Credentials {
  const pair = Buffer.from(rest, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon < 0) return { token: known.token, account: 0, password: 0 };
  const { key, token, at } = known;
  return {
    token,
    account: hashAccount(key, pair.slice(0, colon)),
    password: hashPassword(key, pair.slice(colon + 1), at),
  };
}

function rememberedSubject(token: Hashed, text: string, key: HashKey): Hashed {
  const known = accounts.get(token);
  if (known !== undefined) return known;
  const account = readSubject(text, key);
  if (accounts.size >= accountsMax) accounts.clear();
  accounts.set(token, account);
  return account;
}

function readSubject(text: string, key: HashKey): Hashed {
  try {
    const claims: unknown = JSON.parse(Buffer.from(text.split(".", 2)[1] ?? "", "base64url").toString("utf8"));
    const subject = typeof claims === "object" && claims !== null && "sub" in claims ? claims.sub : undefined;
    return typeof subject === "string" && subject !== "" ? keyedHash(key, subject) : 0;
  } catch {
    // An unreadable token is still a token: its hash is kept, its subject is unknown.
    return 0;
  }
}
