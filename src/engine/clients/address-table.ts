import type { AddressFacts } from "../detectors/case.ts";
import { mix32 } from "../sessions/text-hash.ts";

const words = 4;

/**
 * What all user agents of one address did together: how many there are, how often they take turns, pages and parts.
 * Direct-mapped by the address's hash; a newer address replaces an older one, which loses presentation evidence only.
 */
export class AddressTable {
  readonly #tag: Uint32Array;
  /** Bitmap of user agents (by hash), last user agent, pages | parts << 16, turns. */
  readonly #state: Uint32Array;
  readonly #mask: number;

  constructor(addressesMax: number) {
    let cells = 16;
    while (cells * 2 <= addressesMax) cells *= 2;
    this.#tag = new Uint32Array(cells);
    this.#state = new Uint32Array(cells * words);
    this.#mask = cells - 1;
  }

  get bytes(): number {
    return this.#tag.byteLength + this.#state.byteLength;
  }

  /** One request of an address. */
  step(address: Uint32Array, agent: number, kind: "page" | "part" | "other"): void {
    const tag = hash(address);
    const cell = tag & this.#mask;
    const at = cell * words;
    const state = this.#state;
    if (this.#tag[cell] !== tag) {
      this.#tag[cell] = tag;
      state.fill(0, at, at + words);
    }
    const bit = 1 << (mix32(agent + 1) & 31);
    if ((state[at] as number) !== 0 && state[at + 1] !== agent) state[at + 3] = (state[at + 3] as number) + 1;
    state[at] = (state[at] as number) | bit;
    state[at + 1] = agent;
    if (kind === "other") return;
    const place = at + 2;
    const counts = state[place] as number;
    const pages = counts & 0xffff;
    const parts = counts >>> 16;
    // Both counts and the turns are halved together, which keeps their ratios.
    if (pages >= 0xfffe || parts >= 0xfffe) {
      state[place] = (pages >> 1) | ((parts >> 1) << 16);
      state[at + 3] = (state[at + 3] as number) >> 1;
    }
    state[place] = (state[place] as number) + (kind === "page" ? 1 : 0x10000);
  }

  facts(address: Uint32Array): AddressFacts | undefined {
    const tag = hash(address);
    const cell = tag & this.#mask;
    if (this.#tag[cell] !== tag) return undefined;
    const at = cell * words;
    const counts = this.#state[at + 2] as number;
    const agents = bitsOf(this.#state[at] as number);
    return { agents, pages: counts & 0xffff, assets: counts >>> 16, switches: this.#state[at + 3] as number };
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
