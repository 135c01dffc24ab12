import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { GaitError } from "#core";

/** Where one certificate lies: PEM with the leaf first and its chain after it, and its unencrypted key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
  /** Names to answer for instead of the certificate's own subject alternative names. */
  readonly hosts?: readonly string[] | undefined;
}

/** A pair that was read and found to fit. */
export interface CertificatePair {
  readonly files: CertificateFiles;
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly names: readonly string[];
  /** Wall clock milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
  /** SHA-256 over both files: tells a changed pair from a touched one. */
  readonly digest: string;
  /** What an operator should know although the pair works. */
  readonly warnings: readonly string[];
}

/** A PEM chain with a key is a few kilobytes; a file above this was named by mistake. */
const fileBytesMax = 1_048_576;
const namesMax = 1_000;

/**
 * Reads and checks one pair: both files parse, the key belongs to the leaf, the leaf names somebody.
 *
 * @throws GaitError `tls-pair` saying which file, what was found and what was expected.
 */
export function readCertificatePair(files: CertificateFiles, now: number): CertificatePair {
  const cert = readPem(files.cert, "certificate");
  const key = readPem(files.key, "key");
  const leaf = parseLeaf(files.cert, cert);
  const secret = parseKey(files.key, key);
  if (!leaf.checkPrivateKey(secret)) {
    throw new GaitError("tls-pair", `the key in "${files.key}" does not belong to the certificate in "${files.cert}"`);
  }
  const names = files.hosts ?? certificateNames(leaf);
  if (names.length === 0) {
    throw new GaitError("tls-pair", `"${files.cert}" names no host; expected a subject alternative name or \`hosts\``);
  }
  const validFrom = Date.parse(leaf.validFrom);
  const validTo = Date.parse(leaf.validTo);
  const warnings: string[] = [];
  if (now > validTo) warnings.push(`"${files.cert}" expired on ${leaf.validTo}`);
  if (now < validFrom) warnings.push(`"${files.cert}" is not valid before ${leaf.validFrom}`);
  const mode = statSync(files.key).mode & 0o777;
  if ((mode & 0o077) !== 0)
    warnings.push(`"${files.key}" is readable by others (mode 0${mode.toString(8)}, expected 0600)`);
  const digest = createHash("sha256").update(cert).update("\0").update(key).digest("hex");
  return { files, cert, key, names: names.slice(0, namesMax), validFrom, validTo, digest, warnings };
}

function readPem(path: string, what: string): Buffer {
  try {
    const { size } = statSync(path);
    if (size > fileBytesMax) {
      throw new GaitError(
        "tls-pair",
        `the ${what} "${path}" has ${size} bytes; expected PEM of at most ${fileBytesMax}`,
      );
    }
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof GaitError) throw cause;
    throw new GaitError("tls-pair", `could not read the ${what} "${path}": ${messageOf(cause)}`, { cause });
  }
}

function parseLeaf(path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new GaitError("tls-pair", `"${path}" is no PEM certificate: ${messageOf(cause)}`, { cause });
  }
}

function parseKey(path: string, pem: Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new GaitError("tls-pair", `"${path}" is no unencrypted PEM private key: ${messageOf(cause)}`, { cause });
  }
}

/** DNS names and addresses of the subject alternative name; the common name where there is none. */
function certificateNames(leaf: X509Certificate): readonly string[] {
  const alternative = (leaf.subjectAltName ?? "")
    .split(", ", namesMax)
    .map((entry) => /^(?:DNS|IP Address):(?<name>.+)$/.exec(entry)?.groups?.name ?? "")
    .filter((name) => name !== "");
  if (alternative.length > 0) return alternative;
  const common = /^CN=(?<name>[^\n]+)$/m.exec(leaf.subject)?.groups?.name;
  return common === undefined ? [] : [common];
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
