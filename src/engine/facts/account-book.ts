import { type Hashed, type Millis, mix32, type Network } from "#core";

const ways = 4;

/** What an account's last accepted steps looked like; NaN and 0 where unknown. */
export interface AccountSighting {
  readonly network: Network;
  /** Hash of what the client wears. */
  readonly presentation: number;
  readonly address: number;
}

/**
 * What is remembered of accounts for rules: since when and from where they come. About 70 bytes each, direct-mapped in
 * buckets of four, the longest silent gives way. Learned from answers that let the account in, so that a stranger who
 * only tries does not become the account's habit.
 */
export class AccountBook {
  readonly #key: Float64Array;
  readonly #firstAt: Float64Array;
  readonly #lastAt: Float64Array;
  readonly #latitude: Float32Array;
  readonly #longitude: Float32Array;
  readonly #country: Uint16Array;
  readonly #asn: Uint32Array;
  readonly #presentation: Uint32Array;
  readonly #address: Uint32Array;
  readonly #logins: Uint16Array;
  readonly #failures: Uint8Array;
  readonly #countries: Uint32Array;
  readonly #mask: number;

  constructor(cells = 65_536) {
    this.#key = new Float64Array(cells);
    this.#firstAt = new Float64Array(cells);
    this.#lastAt = new Float64Array(cells);
    this.#latitude = new Float32Array(cells);
    this.#longitude = new Float32Array(cells);
    this.#country = new Uint16Array(cells);
    this.#asn = new Uint32Array(cells);
    this.#presentation = new Uint32Array(cells);
    this.#address = new Uint32Array(cells);
    this.#logins = new Uint16Array(cells);
    this.#failures = new Uint8Array(cells);
    this.#countries = new Uint32Array(cells);
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
  accept(account: Hashed, { network, presentation, address }: AccountSighting, at: Millis): void {
    if (account === 0) return;
    const cell = this.#open(account, at);
    this.#lastAt[cell] = Math.max(at, this.#lastAt[cell] as number);
    this.#latitude[cell] = network.latitude;
    this.#longitude[cell] = network.longitude;
    this.#country[cell] = countryCode(network.country);
    this.#countries[cell] =
      ((this.#countries[cell] as number) | (1 << (mix32(countryCode(network.country)) & 31))) >>> 0;
    this.#asn[cell] = network.asn;
    this.#presentation[cell] = presentation;
    this.#address[cell] = address;
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

  country(cell: number): number {
    return this.#country[cell] as number;
  }

  asn(cell: number): number {
    return this.#asn[cell] as number;
  }

  presentation(cell: number): number {
    return this.#presentation[cell] as number;
  }

  address(cell: number): number {
    return this.#address[cell] as number;
  }

  logins(cell: number): number {
    return this.#logins[cell] as number;
  }

  failures(cell: number): number {
    return this.#failures[cell] as number;
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
    this.#countries[cell] = 0;
    return cell;
  }
}

/** Two letters as a number; 0: unknown. */
export function countryCode(country: string): number {
  return country.length === 2 ? (country.charCodeAt(0) << 8) | country.charCodeAt(1) : 0;
}
