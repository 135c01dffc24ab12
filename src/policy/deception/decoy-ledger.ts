import type { Millis } from "#core";

/** To whom a decoy was given. */
export interface DecoyOrigin {
  /** Reference of the answer that held it. */
  readonly reference: string;
  readonly at: Millis;
  readonly actor: number;
}

/**
 * Values that were made up for somebody. Nobody can know one without having been given it, so that whoever shows one, from
 * whatever address, has it from there: a serial number, a session cookie, a token. The oldest leave when it is full.
 */
export class DecoyLedger {
  readonly #origins = new Map<string, DecoyOrigin>();
  readonly #decoysMax: number;

  constructor(decoysMax: number) {
    this.#decoysMax = decoysMax;
  }

  add(values: readonly string[], origin: DecoyOrigin): void {
    for (const value of values) {
      this.#origins.set(value, origin);
      if (this.#origins.size > this.#decoysMax) dropFirst(this.#origins);
    }
  }

  /** The origin of the first decoy in a path or query, if it holds one. */
  find(target: string): DecoyOrigin | undefined {
    if (this.#origins.size === 0 || target.length < 8) return undefined;
    for (const word of target.match(/[A-Za-z0-9_]{8,}/g)?.slice(0, 32) ?? []) {
      const origin = this.#origins.get(word);
      if (origin !== undefined) return origin;
    }
    return undefined;
  }

  get size(): number {
    return this.#origins.size;
  }
}

function dropFirst(map: Map<unknown, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
