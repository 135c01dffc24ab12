import { type Hashed, type Millis, mix32, type Network } from "#core";

const ways = 4;
/** A device, network or country belongs to an account once it has been with it for this long without trouble. */
const settleMs: Millis = 86_400_000;

/** What an account's last accepted steps looked like; NaN and 0 where unknown. */
export interface AccountSighting {
  readonly network: Network;
  /** Hash of the program that the client is. */
  readonly device: number;
  /** Hash of the cookie it was known by before it was let in; 0: none. */
  readonly jar: number;
}

/** What an account is used from, and how many of each it has. */
export type AccountFacet = "country" | "network" | "device" | "jar";

/** Values of one facet that an account may have settled; a further one takes the place of the oldest. */
const settledMax = 4;

/** A facet's settled values, and the value that is on its way to settle. */
interface FacetColumn {
  readonly settled: Uint32Array;
  readonly pending: Uint32Array;
  readonly since: Float64Array;
}

function facetColumn(cells: number): FacetColumn {
  return {
    settled: new Uint32Array(cells * settledMax),
    pending: new Uint32Array(cells),
    since: new Float64Array(cells),
  };
}

/**
 * What is remembered of accounts for rules: since when and from where they come. About 170 bytes each, in buckets of
 * four, the longest silent gives way. Learned from answers that let the account in, so that a stranger who only tries
 * does not become the account's habit; and what is new settles after a day only, so that an intruder who got in stays
 * new while it matters. Evaded by waiting a day after the first log-in.
 */
export class AccountBook {
  readonly #key: Float64Array;
  readonly #firstAt: Float64Array;
  readonly #lastAt: Float64Array;
  readonly #latitude: Float32Array;
  readonly #longitude: Float32Array;
  readonly #facets: Readonly<Record<AccountFacet, FacetColumn>>;
  readonly #logins: Uint16Array;
  readonly #failures: Uint8Array;
  readonly #mask: number;

  constructor(cells: number) {
    this.#key = new Float64Array(cells);
    this.#firstAt = new Float64Array(cells);
    this.#lastAt = new Float64Array(cells);
    this.#latitude = new Float32Array(cells);
    this.#longitude = new Float32Array(cells);
    this.#facets = {
      country: facetColumn(cells),
      network: facetColumn(cells),
      device: facetColumn(cells),
      jar: facetColumn(cells),
    };
    this.#logins = new Uint16Array(cells);
    this.#failures = new Uint8Array(cells);
    this.#mask = cells - 1;
  }

  /** The account's cell, or -1. */
  find(account: Hashed): number {
    if (account === 0) return -1;
    const from = mix32(account) & this.#mask & ~(ways - 1);
    for (let cell = from; cell < from + ways; cell++) if (this.#key[cell] === account) return cell;
    return -1;
  }

  /** A step of the account was accepted. */
  accept(account: Hashed, { network, device, jar }: AccountSighting, at: Millis): void {
    if (account === 0) return;
    const cell = this.#open(account, at);
    this.#lastAt[cell] = Math.max(at, this.#lastAt[cell] as number);
    this.#latitude[cell] = network.latitude;
    this.#longitude[cell] = network.longitude;
    this.#settle("country", cell, { value: countryCode(network.country), at });
    this.#settle("network", cell, { value: network.asn, at });
    this.#settle("device", cell, { value: device, at });
    this.#settle("jar", cell, { value: jar, at });
    this.#failures[cell] = 0;
  }

  /** The account was let in. */
  login(account: Hashed): void {
    const cell = this.find(account);
    if (cell >= 0) this.#logins[cell] = Math.min(0xffff, (this.#logins[cell] as number) + 1);
  }

  /** Somebody tried the account and was refused. Unknown accounts are not opened: a list of names must not fill the book. */
  refuse(account: Hashed): void {
    const cell = this.find(account);
    if (cell >= 0) this.#failures[cell] = Math.min(255, (this.#failures[cell] as number) + 1);
  }

  firstAt(cell: number): Millis {
    return this.#firstAt[cell] as number;
  }

  lastAt(cell: number): Millis {
    return this.#lastAt[cell] as number;
  }

  place(cell: number): { readonly latitude: number; readonly longitude: number } {
    return { latitude: this.#latitude[cell] as number, longitude: this.#longitude[cell] as number };
  }

  /** Does the account not have this value yet? Undefined where the value is unknown. */
  isNew(facet: AccountFacet, cell: number, value: number): boolean | undefined {
    const { settled } = this.#facets[facet];
    const from = cell * settledMax;
    if (value === 0 || settled[from] === 0) return undefined;
    return !settled.subarray(from, from + settledMax).includes(value);
  }

  logins(cell: number): number {
    return this.#logins[cell] as number;
  }

  failures(cell: number): number {
    return this.#failures[cell] as number;
  }

  #settle(facet: AccountFacet, cell: number, { value, at }: { readonly value: number; readonly at: Millis }): void {
    if (value === 0) return;
    const { settled, pending, since } = this.#facets[facet];
    const from = cell * settledMax;
    const values = settled.subarray(from, from + settledMax);
    if (values.includes(value)) return;
    const first = values[0] === 0;
    if (!first && pending[cell] !== value) {
      pending[cell] = value;
      since[cell] = at;
      return;
    }
    if (!first && at - (since[cell] as number) < settleMs) return;
    values.copyWithin(1, 0);
    values[0] = value;
  }

  #open(account: Hashed, at: Millis): number {
    const known = this.find(account);
    if (known >= 0) return known;
    const from = mix32(account) & this.#mask & ~(ways - 1);
    let cell = from;
    for (let other = from; other < from + ways; other++) {
      if ((this.#lastAt[other] as number) < (this.#lastAt[cell] as number)) cell = other;
    }
    this.#key[cell] = account;
    this.#firstAt[cell] = at;
    this.#lastAt[cell] = at;
    this.#logins[cell] = 0;
    this.#failures[cell] = 0;
    for (const { settled, pending } of Object.values(this.#facets)) {
      settled.fill(0, cell * settledMax, (cell + 1) * settledMax);
      pending[cell] = 0;
    }
    return cell;
  }
}

/** Two letters as a number; 0: unknown. */
export function countryCode(country: string): number {
  return country.length === 2 ? (country.charCodeAt(0) << 8) | country.charCodeAt(1) : 0;
}
