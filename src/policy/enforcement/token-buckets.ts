import type { Millis } from "#core";

/** A rate and how much of it may be used at once. */
export interface Rate {
  readonly perMinute: number;
  /** Requests at once, at least 1. */
  readonly burst: number;
  /** Monotonic. */
  readonly now: Millis;
}

interface Bucket {
  tokens: number;
  at: Millis;
}

/** Token buckets by key. The key used least lately leaves when it is full, and begins anew if it comes back. */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #bucketsMax: number;

  constructor(bucketsMax: number) {
    this.#bucketsMax = bucketsMax;
  }

  /** Takes one token: 0, or how long until there is one, in milliseconds. */
  take(key: string, { perMinute, burst, now }: Rate): Millis {
    const perMs = perMinute / 60_000;
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#bucketsMax) this.#dropOldest();
    bucket.tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) * perMs);
    bucket.at = now;
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perMs;
    bucket.tokens--;
    return 0;
  }

  #dropOldest(): void {
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key);
      return;
    }
  }
}
