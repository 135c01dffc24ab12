import { createHash, hkdfSync } from "node:crypto";

/**
 * Keys of session tickets, drawn one from the other: whoever shares the secret (the workers of one process, or of a
 * cluster) resumes each other's sessions, and a key seen later opens nothing older, because each step forgets
 * its predecessor (a hash ratchet). Steps follow the wall clock, so sharers step together.
 */
export class TicketKeys {
  #secret: Buffer;
  #step: number;
  readonly #stepMs: number;

  /** @param secret At least 32 random bytes. @param stepMs How long one key issues tickets. */
  constructor(secret: Buffer, stepMs: number, now: number) {
    this.#secret = createHash("sha256").update(secret).digest();
    this.#stepMs = stepMs;
    this.#step = Math.floor(now / stepMs);
  }

  /** Number of the current step; contexts built for an older one are built anew. Never goes back with the clock. */
  step(now: number): number {
    const target = Math.floor(now / this.#stepMs);
    // A clock that jumped years ahead must not cost a million hashes: beyond this the secret is simply renewed once.
    const behind = Math.min(target - this.#step, stepsAtOnceMax);
    for (let i = 0; i < behind; i++) this.#secret = createHash("sha256").update("next").update(this.#secret).digest();
    if (target > this.#step) this.#step = target;
    return this.#step;
  }

  /** The 48 bytes OpenSSL wants: name, HMAC key and AES key. */
  current(): Buffer {
    return Buffer.from(hkdfSync("sha256", this.#secret, "", "gait session ticket", 48));
  }
}

const stepsAtOnceMax = 1_000;
