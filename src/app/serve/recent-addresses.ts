/**
 * Addresses of the clients seen last, at least `addressesMax` of them, by their keyed hash. The store keeps hashes; while
 * a client is around, people may see and block its address. Memory only, bounded: two generations, the older of which
 * is dropped whole, because taking the oldest out of a full map steps over all that left before it.
 */
export class RecentAddresses {
  #young = new Map<number, string>();
  #old: ReadonlyMap<number, string> = new Map();
  readonly #addressesMax: number;

  constructor(addressesMax: number) {
    this.#addressesMax = addressesMax;
  }

  add(hash: number, ip: string): void {
    if (this.#young.has(hash)) return;
    if (this.#young.size >= this.#addressesMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(hash, ip);
  }

  find(hash: number): string | undefined {
    return this.#young.get(hash) ?? this.#old.get(hash);
  }
}
