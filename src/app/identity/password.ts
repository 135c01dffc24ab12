import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/**
 * Cost of a hash: 32 MiB and about 80 ms of one core, as OWASP asks of scrypt (N=2^15, r=8, p=3 or more memory).
 * The parameters stand in each hash, so that they can be raised later.
 */
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const keyBytes = 32;
const maxmem = 96 * 1024 * 1024;

/** `scrypt$N$r$p$salt$key`, base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, { ...cost, maxmem });
  const { N, r, p } = cost;
  return ["scrypt", N, r, p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** Whether a password fits. Takes as long for a malformed hash as for a wrong password. */
export async function passwordFits(password: string, hash: string): Promise<boolean> {
  const [scheme, N, r, p, salt = "", key = ""] = hash.split("$");
  const known = scheme === "scrypt";
  const options = known ? { N: Number(N), r: Number(r), p: Number(p), maxmem } : { ...cost, maxmem };
  const derived = await derive(password, Buffer.from(known ? salt : "none", "base64url"), options);
  const wanted = Buffer.from(key, "base64url");
  return known && wanted.length === derived.length && timingSafeEqual(wanted, derived);
}

/** A hash that no password fits, so that an unknown name costs as much time as a wrong password (user enumeration). */
export const noPassword = "none";

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
