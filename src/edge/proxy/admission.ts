import type { EdgeLimits } from "#core";
import { addressPrefix } from "#wire";

/** Counts open connections, in total, by address and by prefix. The maps hold only what is open, so they are bounded. */
export class Admission {
  #open = 0;
  readonly #byAddress: Map<string, number> = new Map();
  readonly #byPrefix: Map<string, number> = new Map();

  get open(): number {
    return this.#open;
  }

  /**
   * "" when the connection may stay and is counted, otherwise which cap it met. A trusted proxy speaks for many
   * clients: only the total holds for it, or the caps would cut everybody behind it.
   */
  enter(address: string, limits: EdgeLimits, options: { readonly trusted: boolean }): string {
    if (this.#open >= limits.connectionsMax) return "connections-max";
    const prefix = addressPrefix(address);
    const ofAddress = this.#byAddress.get(address) ?? 0;
    const ofPrefix = this.#byPrefix.get(prefix) ?? 0;
    if (!options.trusted && ofAddress >= limits.connectionsPerAddressMax) return "connections-per-address";
    if (!options.trusted && ofPrefix >= limits.connectionsPerPrefixMax) return "connections-per-prefix";
    this.#open++;
    this.#byAddress.set(address, ofAddress + 1);
    this.#byPrefix.set(prefix, ofPrefix + 1);
    return "";
  }

  leave(address: string): void {
    this.#open--;
    decrement(this.#byAddress, address);
    decrement(this.#byPrefix, addressPrefix(address));
  }
}

function decrement(map: Map<string, number>, key: string): void {
  const count = map.get(key) ?? 0;
  if (count <= 1) map.delete(key);
  else map.set(key, count - 1);
}
