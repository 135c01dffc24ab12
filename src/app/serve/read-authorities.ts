import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { GaitError } from "#core";

/** A bundle of all public authorities has 200 to 300 KiB. */
const fileBytesMax = 4_194_304;

/**
 * PEM text of the authorities that may sign for an upstream.
 *
 * @throws GaitError `upstream-authorities` where the file cannot be used, saying what was found.
 */
export function readAuthorities(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > fileBytesMax) throw new Error(`it has ${size} bytes, expected at most ${fileBytesMax}`);
    const pem = readFileSync(path, "utf8");
    // The first is enough to tell a bundle from another file; a broken one further down trusts nobody.
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GaitError("upstream-authorities", `"${path}" holds no PEM certificates that can be used: ${reason}`, {
      cause,
      exitCode: 2,
    });
  }
}
