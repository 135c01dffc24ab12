/**
 * Addresses of the clients seen last, by their keyed hash. The store keeps hashes; while a client is around, people may
 * see and block its address. Memory only, bounded, the first seen leaves.
 */
export class RecentAddresses {
  readonly #byHash = new Map<number, string>();
  readonly #addressesMax: number;

  constructor(addressesMax: number) {
    this.#addressesMax = addressesMax;
  }

  add(hash: number, ip: string): void {
    if (this.#byHash.has(hash)) return;
    if (this.#byHash.size >= this.#addressesMax) {
      for (const oldest of this.#byHash.keys()) {
        this.#byHash.delete(oldest);
        break;
      }
    }
    this.#byHash.set(hash, ip);
  }

  find(hash: number): string | undefined {
    return this.#byHash.get(hash);
  }
}
