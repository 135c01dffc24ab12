import { z } from "zod";
import { type Hashed, type HashKey, keyedHash, type Millis } from "#core";

const identity = z.string().min(1).max(320).optional();

/** A product event as the application sends it. Identities are hashed on entry; nothing of them is kept. */
export const sentEvent: z.ZodType<SentEvent> = z.strictObject({
  /** Makes it idempotent: the same id is taken once. */
  id: z.string().min(1).max(200),
  at: z.union([z.number().nonnegative(), z.iso.datetime({ offset: true })]),
  /** `signup`, `trial`, `referral`, `invocation`, `key-created`, `payout`… */
  type: z.string().regex(/^[a-z][a-z0-9.-]{0,63}$/),
  application: z.string().min(1).max(64),
  account: identity,
  organisation: identity,
  user: identity,
  key: identity,
  card: identity,
  email: identity,
  phone: identity,
  referrer: identity,
  ip: z.union([z.ipv4(), z.ipv6()]).optional(),
  session: identity,
  userAgent: z.string().max(1_024).optional(),
  amount: z.number().optional(),
  properties: z
    .record(z.string().max(64), z.union([z.string().max(1_024), z.number(), z.boolean()]))
    .refine((all) => Object.keys(all).length <= 64, "at most 64 properties")
    .default({}),
});

/** See {@link sentEvent}. */
export interface SentEvent extends Readonly<Partial<Record<IdentityKind, string | undefined>>> {
  readonly id: string;
  readonly at: number | string;
  readonly type: string;
  readonly application: string;
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly amount?: number | undefined;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

const identityKinds = [
  "account",
  "organisation",
  "user",
  "key",
  "card",
  "email",
  "phone",
  "referrer",
  "session",
] as const;

/** Who or what a product event can be about. */
export type IdentityKind = (typeof identityKinds)[number];

/** An identity after it came in: the canonical form decides who is the same, the form as sent shows what was changed. */
export interface HashedIdentity {
  readonly canonical: Hashed;
  readonly asSent: Hashed;
  /** The form as sent hid behind look-alikes, invisible characters, dots or a plus: itself a signal. */
  readonly disguised: boolean;
}

/** Something the application says happened, without anybody's name. */
export interface ProductEvent {
  readonly id: string;
  readonly at: Millis;
  readonly type: string;
  readonly application: string;
  readonly identities: Readonly<Partial<Record<IdentityKind, HashedIdentity>>>;
  readonly ip: string;
  readonly userAgent: string;
  readonly amount: number | null;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

/** Hashes what names somebody, canonicalised first so that one person's spellings are one identity. */
export function hashEvent(sent: SentEvent, key: HashKey): ProductEvent {
  const identities: Partial<Record<IdentityKind, HashedIdentity>> = {};
  for (const kind of identityKinds) {
    const text = sent[kind];
    if (text === undefined) continue;
    const canonical = canonicalIdentity(kind, text);
    identities[kind] = {
      // An account is the account of the same application's requests: hashed as the edge hashes the name in a log-in.
      canonical: kind === "account" ? keyedHash(key, canonical) : keyedHash(key, `${kind}:${canonical}`),
      asSent: keyedHash(key, `${kind}:${text}`),
      disguised: canonical !== plainForm(kind, text),
    };
  }
  return {
    id: sent.id,
    at: typeof sent.at === "number" ? sent.at : Date.parse(sent.at),
    type: sent.type,
    application: sent.application,
    identities,
    ip: sent.ip ?? "",
    userAgent: sent.userAgent ?? "",
    amount: sent.amount ?? null,
    properties: sent.properties,
  };
}

/** Invisible and direction-changing characters, and tags: they make two equal-looking names differ. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * The form by which spellings of one identity meet: Unicode NFKC, invisible characters removed, lower case; email
 * without `+tag`, and without dots where the provider ignores them; phone numbers and cards as digits.
 */
export function canonicalIdentity(kind: IdentityKind, text: string): string {
  const clean = text.normalize("NFKC").replace(invisible, "").trim();
  if (kind === "email") return canonicalEmail(clean.toLowerCase());
  if (kind === "phone") return clean.replace(/^00/, "+").replace(/[^\d+]/g, "");
  if (kind === "card") return clean.replace(/[ -]/g, "");
  return kind === "key" || kind === "session" ? clean : clean.toLowerCase();
}

/** Providers whose mailboxes ignore dots (support.google.com/mail/answer/7436150). */
const dotless: ReadonlySet<string> = new Set(["gmail.com", "googlemail.com"]);

function canonicalEmail(email: string): string {
  const at = email.lastIndexOf("@");
  if (at < 1) return email;
  const domain = email.slice(at + 1);
  const local = email.slice(0, at).replace(/\+[\s\S]*$/, "");
  return dotless.has(domain) ? `${local.replaceAll(".", "")}@gmail.com` : `${local}@${domain}`;
}

/** What an innocent spelling becomes: case, spaces and punctuation of numbers do not count as a disguise. */
function plainForm(kind: IdentityKind, text: string): string {
  if (kind === "phone" || kind === "card") return canonicalIdentity(kind, text.trim());
  const plain = text.trim();
  return kind === "key" || kind === "session" ? plain : plain.toLowerCase();
}
