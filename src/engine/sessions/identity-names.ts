import type { Hashed } from "#core";
import { foldHashed } from "./text-hash.ts";

interface NameCount {
  issued: number;
  shared: number;
}

/** Issues of a cookie name before its values are trusted to tell clients apart. */
const issuedMin = 3;
const cellsBits = 17;

/**
 * Learns which cookie names carry values that belong to one client (session identifiers) and which carry shared ones
 * (a language, an experiment's arm), and remembers lately issued values, so that a client cannot invent an identity:
 * a made-up value opens no session of its own (session-flooding attack).
 */
export class IdentityNames {
  readonly #names = new Map<string, NameCount>();
  readonly #namesMax: number;
  readonly #issued: Uint32Array = new Uint32Array(1 << cellsBits);

  constructor(namesMax: number) {
    this.#namesMax = namesMax;
  }

  /** A value went out; `shared`: another live session already holds it. Returns whether it may identify a client. */
  issue(name: string, value: Hashed, shared: boolean): boolean {
    let count = this.#names.get(name);
    if (count === undefined) {
      if (this.#names.size >= this.#namesMax) return false;
      count = { issued: 0, shared: 0 };
      this.#names.set(name.slice(0, 64), count);
    }
    const seen = this.#has(value);
    if (count.issued >= 1_000_000) {
      count.issued /= 2;
      count.shared /= 2;
    }
    count.issued++;
    if (shared || (seen && count.shared > 0)) count.shared++;
    if (seen && !shared) count.shared += 0.25;
    const folded = foldHashed(value);
    this.#issued[folded & (this.#issued.length - 1)] = folded;
    return this.identifies(name);
  }

  identifies(name: string): boolean {
    const count = this.#names.get(name);
    return count !== undefined && count.issued >= issuedMin && count.shared * 20 < count.issued;
  }

  /** True when this value was issued lately, under any name. */
  wasIssued(value: Hashed): boolean {
    return this.#has(value);
  }

  #has(value: Hashed): boolean {
    const folded = foldHashed(value);
    return this.#issued[folded & (this.#issued.length - 1)] === folded;
  }
}
