import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import type { ControlStore } from "#store";
import type { Role } from "../operations/permissions.ts";

/** A person who may sign in. */
export interface OperatorAccount {
  readonly name: string;
  readonly role: Role;
  /** scrypt; see password.ts. */
  readonly password: string;
  /** Encrypted secret of the second factor; empty: none. */
  readonly secondFactor: string;
  readonly createdAt: number;
}

/** A program that may call. Its secret is shown once and kept as a digest. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of 256 random bits: nothing to guess, so nothing to slow down. */
  readonly digest: string;
  readonly createdAt: number;
  /** Null: until revoked. */
  readonly expiresAt: number | null;
}

export const usersCollection = "users";
export const tokensCollection = "tokens";
const tokenPrefix = "gait_";

/** Who may sign in or call, as the control store has it. Changes go through operations, so that they are audited. */
export class Operators {
  readonly #control: ControlStore;
  readonly #key: Buffer;
  readonly #bootstrap: string = randomBytes(32).toString("base64url");
  /** When a user was last seen and the second-factor step used last; memory only. */
  readonly lastSeen: Map<string, number> = new Map();
  readonly lastStep: Map<string, number> = new Map();

  constructor(control: ControlStore, key: Buffer) {
    this.#control = control;
    this.#key = Buffer.from(hkdfSync("sha256", key, "", "second-factor", 32));
  }

  users(): readonly OperatorAccount[] {
    return this.#control.documents(usersCollection).map(({ body }) => body as OperatorAccount);
  }

  user(name: string): OperatorAccount | undefined {
    return this.users().find((each) => each.name === name);
  }

  tokens(): readonly ApiToken[] {
    return this.#control.documents(tokensCollection).map(({ body }) => body as ApiToken);
  }

  /** The one-time token of a first start; undefined as soon as there is a user. */
  get bootstrapToken(): string | undefined {
    return this.users().length === 0 ? this.#bootstrap : undefined;
  }

  bootstrapFits(token: string): boolean {
    return this.bootstrapToken !== undefined && same(token, this.#bootstrap);
  }

  /** A new token with its secret, which is not kept. */
  makeToken(
    options: { readonly name: string; readonly role: Role; readonly expiresAt: number | null },
    now: number,
  ): {
    readonly token: ApiToken;
    readonly secret: string;
  } {
    const secret = `${tokenPrefix}${randomBytes(32).toString("base64url")}`;
    const id = randomBytes(6).toString("base64url");
    return { token: { ...options, id, digest: digestOf(secret), createdAt: now }, secret };
  }

  tokenFor(secret: string, now: number): ApiToken | undefined {
    if (!secret.startsWith(tokenPrefix)) return undefined;
    const digest = digestOf(secret);
    const found = this.tokens().find((each) => same(each.digest, digest));
    return found === undefined || (found.expiresAt !== null && found.expiresAt <= now) ? undefined : found;
  }

  /** AES-256-GCM under a key of the installation: a second factor must be readable to be checked. */
  seal(secret: Uint8Array): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString("base64url");
  }

  unseal(text: string): Uint8Array {
    const bytes = Buffer.from(text, "base64url");
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  }
}

function digestOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** Compared by digest, so that neither length nor a common beginning shows in the time it takes. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
