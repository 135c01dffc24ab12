import type { Millis } from "#core";

const bucketMs: Millis = 60_000;
/** No single key may fill more than this share: one agent's flood must not refuse the others. */
const shareMax = 0.25;

/**
 * Remembers nonces until their signatures expire, so that a captured request cannot be sent again. Only nonces of
 * signatures that verified are noted, so filling it takes a valid key; a full table refuses instead of forgetting.
 */
export class NonceTable {
  readonly #noncesMax: number;
  readonly #seen = new Map<string, string>();
  readonly #buckets = new Map<number, string[]>();
  readonly #countOf = new Map<string, number>();
  #sweptTo = Number.NEGATIVE_INFINITY;

  constructor(noncesMax: number) {
    this.#noncesMax = noncesMax;
  }

  get size(): number {
    return this.#seen.size;
  }

  /** @param until When the signature stops being accepted, skew included. */
  note(
    keyid: string,
    nonce: string,
    options: { readonly now: Millis; readonly until: Millis },
  ): "new" | "replayed" | "full" {
    this.#sweep(options.now);
    const key = `${keyid} ${nonce}`;
    if (this.#seen.has(key)) return "replayed";
    const count = this.#countOf.get(keyid) ?? 0;
    if (this.#seen.size >= this.#noncesMax || count >= Math.max(1, this.#noncesMax * shareMax)) return "full";
    this.#seen.set(key, keyid);
    this.#countOf.set(keyid, count + 1);
    const bucket = Math.ceil(options.until / bucketMs);
    const keys = this.#buckets.get(bucket);
    if (keys === undefined) this.#buckets.set(bucket, [key]);
    else keys.push(key);
    return "new";
  }

  /** Drops whole minutes that have passed; at most once a minute. */
  #sweep(now: Millis): void {
    const minute = Math.floor(now / bucketMs);
    if (minute <= this.#sweptTo) return;
    this.#sweptTo = minute;
    for (const [bucket, keys] of this.#buckets) {
      if (bucket >= minute) continue;
      for (const key of keys) this.#forget(key);
      this.#buckets.delete(bucket);
    }
  }

  #forget(key: string): void {
    const keyid = this.#seen.get(key);
    if (keyid === undefined) return;
    this.#seen.delete(key);
    const count = (this.#countOf.get(keyid) ?? 1) - 1;
    if (count === 0) this.#countOf.delete(keyid);
    else this.#countOf.set(keyid, count);
  }
}
