import { engineLimits, type Millis } from "#core";
import { mix32 } from "../sessions/text-hash.ts";

/** Exits of rented pools change hands within days. */
const suspectMs: Millis = 3 * 86_400_000;

/**
 * Addresses seen as exits of a residential proxy: a convicted behaviour travelled through them, an address each, or one
 * session came from too many networks. Suspected for three days. The people who live there stay who they are: it is a
 * category of the address, weighs half a nat of presentation, and nothing where several people were seen behind it.
 * Direct-mapped by hash; a newer suspect replaces an older one.
 */
export class SuspectAddresses {
  readonly #tags: Uint32Array;
  readonly #until: Float64Array;
  #marked = 0;

  constructor(addressesMax: number = engineLimits.suspectAddressesMax.default) {
    this.#tags = new Uint32Array(addressesMax);
    this.#until = new Float64Array(addressesMax);
  }

  /** Marks ever made; 0 means that nobody is suspected, and asking is not worth a hash. */
  get marked(): number {
    return this.#marked;
  }

  mark(address: number, at: Millis): void {
    const cell = mix32(address ^ 0x5e) % this.#tags.length;
    this.#tags[cell] = address >>> 0;
    this.#until[cell] = at + suspectMs;
    this.#marked++;
  }

  suspected(address: number, at: Millis): boolean {
    const cell = mix32(address ^ 0x5e) % this.#tags.length;
    return this.#tags[cell] === address >>> 0 && (this.#until[cell] as number) >= at;
  }

  /** How many are suspected at the time. O(table): for reports. */
  count(at: Millis): number {
    return this.#until.reduce((sum, until) => sum + (until >= at && until > 0 ? 1 : 0), 0);
  }
}
