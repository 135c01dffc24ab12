import { engineLimits, HyperLogLog, type Millis } from "#core";

interface Row {
  readonly people: HyperLogLog;
  readonly behaviours: HyperLogLog;
  since: Millis;
  last: Millis;
  cached: number;
}

const windowMs: Millis = 86_400_000;
/** Different mature jars or accounts in a day that make an address shared. */
const sharedLeast = 3;

/**
 * How many people stand behind an address. An office, a campus or a carrier puts hundreds behind one; judging the
 * address would punish them all. Counts different *mature* identities (an aged jar, an account that got in) per
 * address and day: an attacker who invents fresh identities does not make his own address look like an office.
 */
export class SharedAddresses {
  readonly #rows = new Map<number, Row>();
  readonly #addressesMax: number;

  constructor(addressesMax: number = engineLimits.sharedAddressesMax.default) {
    this.#addressesMax = addressesMax;
  }

  /** A mature identity was seen behind an address. `behaviour` is its fingerprint, or 0. */
  see(address: number, identity: number, options: { readonly behaviour: number; readonly at: Millis }): void {
    const row = this.#fresh(address, options.at);
    if (identity !== 0 && row.people.add(identity)) row.cached = -1;
    if (options.behaviour !== 0) row.behaviours.add(options.behaviour);
  }

  /** Estimated people behind the address today; at least 1. Evidence by address is divided by it. */
  people(address: number): number {
    const row = this.#rows.get(address);
    if (row === undefined) return 1;
    if (row.cached < 0) row.cached = row.people.estimate();
    return Math.max(1, row.cached);
  }

  /** Is the address shared, so that no verdict may rest on it alone? */
  shared(address: number): boolean {
    return this.people(address) >= sharedLeast - 0.5;
  }

  /**
   * Does the address look like the exit of a residential proxy? Mature people live behind it *and* several
   * unrelated behaviours of convicted cohorts were seen. The address itself stays innocent.
   */
  behavioursBehind(address: number): number {
    return this.#rows.get(address)?.behaviours.estimate() ?? 0;
  }

  #fresh(address: number, at: Millis): Row {
    const known = this.#rows.get(address);
    if (known !== undefined) {
      known.last = at;
      if (at - known.since <= windowMs) return known;
      known.people.clear();
      known.behaviours.clear();
      known.since = at;
      known.cached = -1;
      return known;
    }
    if (this.#rows.size >= this.#addressesMax) {
      const oldest = this.#rows.keys().next().value;
      if (oldest !== undefined) this.#rows.delete(oldest);
    }
    const row: Row = { people: new HyperLogLog(5), behaviours: new HyperLogLog(4), since: at, last: at, cached: 0 };
    this.#rows.set(address, row);
    return row;
  }
}
