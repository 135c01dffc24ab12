import type { Millis } from "#core";
import { GenerationCache } from "../generation-cache.ts";
import type { NonceTable } from "./nonce-table.ts";
import { type AgentKey, verifies } from "./public-keys.ts";
import type { ClaimedSignature, SignatureRefusal } from "./read-signature.ts";

export type SignatureProof = { readonly proven: true } | { readonly proven: false; readonly reason: SignatureRefusal };

/**
 * Decides whether a claimed signature is the key's own and new. Pure but for its two bounded tables: nonces seen, and
 * signatures without a nonce that verified already (agents that cover only the host send one signature many times, and the
 * second look costs a map lookup instead of 100 µs).
 */
export class SignatureProver {
  readonly #nonces: NonceTable;
  readonly #skewMs: Millis;
  readonly #proven: GenerationCache<string, Millis>;

  constructor(options: { readonly nonces: NonceTable; readonly skewMs: Millis; readonly provenMax: number }) {
    this.#nonces = options.nonces;
    this.#skewMs = options.skewMs;
    this.#proven = new GenerationCache(options.provenMax);
  }

  prove(claim: ClaimedSignature, key: AgentKey, now: Millis): SignatureProof {
    if (claim.algorithm !== "" && claim.algorithm !== key.algorithm) return { proven: false, reason: "algorithm" };
    if (now < key.notBefore - this.#skewMs || now >= key.notAfter + this.#skewMs)
      return { proven: false, reason: "key-expired" };
    const until = claim.expires + this.#skewMs;
    if (claim.nonce === "") {
      const known = `${key.thumbprint} ${Buffer.from(claim.signature).toString("base64")} ${claim.base}`;
      if (this.#proven.get(known) !== undefined) return { proven: true };
      if (!verifies(key, claim.base, claim.signature)) return { proven: false, reason: "forged" };
      this.#proven.set(known, until);
      return { proven: true };
    }
    // The nonce is noted only after the signature held, or anybody could burn an agent's nonces.
    if (!verifies(key, claim.base, claim.signature)) return { proven: false, reason: "forged" };
    const noted = this.#nonces.note(key.thumbprint, claim.nonce, { now, until });
    if (noted === "new") return { proven: true };
    return { proven: false, reason: noted === "replayed" ? "replayed" : "nonce-table-full" };
  }
}
