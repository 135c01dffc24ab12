import { type Hashed, type HashKey, keyedHash, type Millis } from "#core";
import { type Fields, field, fieldValue, type RequestHead } from "#wire";
import { looksDrawn, tokensOf } from "./state-tokens.ts";

/** Who a form names, hashed, and what state it brings. Zeros: the body is no login form. */
export interface LoginClaim {
  readonly account: Hashed;
  /** Twenty bits of a daily-keyed hash; tells spraying from stuffing and is too short to be turned back. */
  readonly password: number;
  /** State tokens among the other fields: form tokens, nonces, object ids. */
  readonly tokens: readonly Hashed[];
}

/** A body is read whole or not at all, so that what judgement saw is what was forwarded. */
export const loginBodyBytesMax = 16_384;

/** Spellings of the two fields, lower case, without `_`, `-` and the brackets of nested form fields. */
const accountFields: ReadonlySet<string> = new Set([
  "user",
  "username",
  "userid",
  "userlogin",
  "useremail",
  "login",
  "loginid",
  "email",
  "emailaddress",
  "mail",
  "phone",
  "phonenumber",
  "account",
  "identifier",
  "log",
]);
const passwordFields: ReadonlySet<string> = new Set([
  "password",
  "passwd",
  "pass",
  "pwd",
  "userpassword",
  "passcode",
  "pin",
]);
const fieldsMax = 64;
const depthMax = 3;
/** Fields whose values are secrets of a person, whatever the form is for: no hash of them is made. */
const personal = /pass|pwd|pin$|otp|code|card|cvc|cvv|iban|secret|answer/;

/**
 * Whether a request may be a login form: small, of known length, and of a type that forms have. Such a request is judged when
 * its body is here. Where the client waits for `100 Continue` it is judged without.
 */
export function mayClaimLogin(head: RequestHead): boolean {
  if (head.method !== "POST" || head.framing !== "length" || head.expectsContinue) return false;
  if (head.contentLength <= 0 || head.contentLength > loginBodyBytesMax) return false;
  return formKind(head.fields) !== "";
}

/**
 * Reads who a body claims to be: a form or JSON document that has both an account and a password, wherever it is posted to.
 * Nothing of the body is kept. Evasion: fields under names of the application's own.
 */
export function readLoginClaim(
  chunks: readonly Buffer[],
  head: RequestHead,
  { key, at }: { readonly key: HashKey; readonly at: Millis },
): LoginClaim {
  const body = Buffer.concat(chunks).toString("utf8");
  const found = formKind(head.fields) === "json" ? fromJson(body) : fromForm(body);
  const tokens = tokensOf(found.drawn, key);
  if (found.account === "" || found.password === "") return { account: 0, password: 0, tokens };
  return { account: hashAccount(key, found.account), password: hashPassword(key, found.password, at), tokens };
}

/** One account, however its owner spells its case and surroundings. */
export function hashAccount(key: HashKey, account: string): Hashed {
  return keyedHash(key, account.trim().toLowerCase());
}

/** Never 0, which means "not observed". */
export function hashPassword(key: HashKey, password: string, at: Millis): number {
  const day = Math.floor(at / 86_400_000);
  return Math.max(1, keyedHash(key, `${day}:${password}`) % 0x10_0000);
}

interface Found {
  account: string;
  password: string;
  readonly drawn: string[];
}

function formKind(fields: Fields): "" | "form" | "json" {
  const type = fieldValue(fields, field.contentType).toLowerCase();
  if (type.startsWith("application/x-www-form-urlencoded")) return "form";
  return type.startsWith("application/json") || /^application\/[a-z.-]+\+json/.test(type) ? "json" : "";
}

function fromForm(body: string): Found {
  const found: Found = { account: "", password: "", drawn: [] };
  let read = 0;
  for (const [name, value] of new URLSearchParams(body)) {
    if (++read > fieldsMax) break;
    take(found, name, value);
  }
  return found;
}

function fromJson(body: string): Found {
  const found: Found = { account: "", password: "", drawn: [] };
  try {
    search(JSON.parse(body), found, depthMax);
  } catch {
    // No JSON after all: the application will say so.
  }
  return found;
}

function search(value: unknown, found: Found, depth: number): void {
  if (typeof value !== "object" || value === null || depth === 0) return;
  let read = 0;
  for (const [name, inner] of Object.entries(value)) {
    if (++read > fieldsMax) return;
    if (typeof inner === "string") take(found, name, inner);
    else search(inner, found, depth - 1);
  }
}

function take(found: Found, name: string, value: string): void {
  if (name.length > 64 || value === "") return;
  // `user[login]` and `data.user_name` mean what their last part says.
  const last = name.slice(Math.max(name.lastIndexOf("["), name.lastIndexOf(".")) + 1);
  const plain = last.toLowerCase().replace(/[^a-z]/g, "");
  if (found.account === "" && accountFields.has(plain)) found.account = value;
  else if (found.password === "" && passwordFields.has(plain)) found.password = value;
  else if (!personal.test(plain) && looksDrawn(value)) found.drawn.push(value);
}
