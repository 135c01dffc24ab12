import type { Millis } from "#core";

/** Tries an address has at once, and how fast they come back. */
const triesMax = 5;
const refillMs: Millis = 12_000;

/**
 * Slows guessing without locking anybody out: tries are counted per address of the caller, never per user, so that
 * somebody who guesses at a name cannot keep its owner out. Bounded: the address seen first leaves.
 */
export class SignInThrottle {
  readonly #tries = new Map<string, { left: number; at: Millis }>();
  readonly #addressesMax: number;

  constructor(addressesMax: number) {
    this.#addressesMax = addressesMax;
  }

  /** Takes one try. @returns ms to wait when there is none; 0: go on. @param now monotonic */
  take(address: string, now: Millis): Millis {
    const tries = this.#tries.get(address) ?? { left: triesMax, at: now };
    tries.left = Math.min(triesMax, tries.left + (now - tries.at) / refillMs);
    tries.at = now;
    if (!this.#tries.has(address)) this.#makeRoom();
    this.#tries.set(address, tries);
    if (tries.left < 1) return Math.ceil((1 - tries.left) * refillMs);
    tries.left--;
    return 0;
  }

  /** Signing in gives the tries back. */
  forgive(address: string): void {
    this.#tries.delete(address);
  }

  #makeRoom(): void {
    if (this.#tries.size < this.#addressesMax) return;
    for (const oldest of this.#tries.keys()) {
      this.#tries.delete(oldest);
      return;
    }
  }
}
