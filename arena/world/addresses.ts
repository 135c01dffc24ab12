import type { Random } from "./random.ts";
import type { Truth } from "./truth.ts";

/** Where the addresses of the arena's hosting networks lie; given to the gateway as a list, as an operator would. */
export const hostingPrefixes: readonly string[] = ["45.132.0.0/16", "185.220.0.0/16", "91.219.0.0/16"];

/** First bytes of the arena's access networks, where people and residential proxies live alike. */
const accessNetworks = [24, 62, 71, 77, 81, 84, 86, 93, 108, 151, 188, 213] as const;
const hostingNetworks = [
  [45, 132],
  [185, 220],
  [91, 219],
] as const;

/** Addresses that look public. They are never contacted: they stand in PROXY headers on loopback. */
export class Addresses {
  readonly #random: Random;
  readonly #truth: Truth;

  constructor(random: Random, truth: Truth) {
    this.#random = random;
    this.#truth = truth;
  }

  /** An address of an access network that nobody has. */
  residential(): string {
    return this.#fresh(() => {
      const first = accessNetworks[this.#byte(accessNetworks.length)] as number;
      return `${first}.${this.#byte(256)}.${this.#byte(256)}.${1 + this.#byte(254)}`;
    });
  }

  /** An address of a hosting network that nobody has. */
  hosting(): string {
    return this.#fresh(() => {
      const [one, two] = hostingNetworks[this.#byte(hostingNetworks.length)] as readonly [number, number];
      return `${one}.${two}.${this.#byte(256)}.${1 + this.#byte(254)}`;
    });
  }

  #fresh(draw: () => string): string {
    for (let tries = 0; tries < 1_000; tries++) {
      const address = draw();
      if (!this.#truth.has(address)) return address;
    }
    throw new Error("the arena ran out of addresses");
  }

  #byte(below: number): number {
    return Math.floor(this.#random() * below);
  }
}
