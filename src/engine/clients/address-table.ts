import type { AddressFacts } from "../detectors/case.ts";
import { mix32 } from "../sessions/text-hash.ts";

/** Words of a cell: a quarter of a cache line, so that one request touches one line. */
const words = 4;
const turnsMax = 0xffff;

/**
 * What all user agents of one address did together: how many there are, how often they take turns, pages and parts.
 * Direct-mapped by the address's hash; a newer address replaces an older one, which loses presentation evidence only.
 */
export class AddressTable {
  /** Tag of the address; bitmap of user agents (by hash); last user agent (its low bits) | turns << 16; pages | parts << 16. */
  readonly #state: Uint32Array;
  readonly #mask: number;

  constructor(addressesMax: number) {
    let cells = 16;
    while (cells * 2 <= addressesMax) cells *= 2;
    this.#state = new Uint32Array(cells * words);
    this.#mask = cells - 1;
  }

  get bytes(): number {
    return this.#state.byteLength;
  }

  /** One request of an address. */
  step(address: Uint32Array, agent: number, kind: "page" | "part" | "other"): void {
    const tag = hash(address);
    const at = (tag & this.#mask) * words;
    const state = this.#state;
    if (state[at] !== tag) {
      state.fill(0, at, at + words);
      state[at] = tag;
    }
    const seen = state[at + 1] as number;
    const last = state[at + 2] as number;
    const low = agent & 0xffff;
    if (seen === 0 || (last & 0xffff) !== low) {
      const turns = Math.min(turnsMax, (last >>> 16) + (seen === 0 ? 0 : 1));
      state[at + 1] = seen | (1 << (mix32(agent + 1) & 31));
      state[at + 2] = low | (turns << 16);
    }
    if (kind !== "other") this.#count(at, kind);
  }

  #count(at: number, kind: "page" | "part"): void {
    const state = this.#state;
    const counts = state[at + 3] as number;
    const pages = counts & 0xffff;
    const parts = counts >>> 16;
    // Both counts and the turns are halved together, which keeps their ratios.
    if (pages >= 0xfffe || parts >= 0xfffe) {
      state[at + 3] = (pages >> 1) | ((parts >> 1) << 16);
      const last = state[at + 2] as number;
      state[at + 2] = (last & 0xffff) | ((last >>> 17) << 16);
    }
    state[at + 3] = (state[at + 3] as number) + (kind === "page" ? 1 : 0x10000);
  }

  facts(address: Uint32Array): AddressFacts | undefined {
    const tag = hash(address);
    const at = (tag & this.#mask) * words;
    if (this.#state[at] !== tag) return undefined;
    const counts = this.#state[at + 3] as number;
    const agents = bitsOf(this.#state[at + 1] as number);
    return { agents, pages: counts & 0xffff, assets: counts >>> 16, switches: (this.#state[at + 2] as number) >>> 16 };
  }
}

function hash(address: Uint32Array): number {
  return mix32(
    (address[0] as number) ^
      Math.imul(address[1] as number, 0x9e3779b1) ^
      mix32((address[2] as number) ^ Math.imul(address[3] as number, 0x85ebca6b)),
  );
}

function bitsOf(bitmap: number): number {
  let count = 0;
  for (let rest = bitmap >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}
