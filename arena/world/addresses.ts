import { accessNetworks, bulletproofNetworks, homeNetwork, hostingNetworks } from "./networks.ts";
import type { Random } from "./random.ts";
import type { Truth } from "./truth.ts";

/** Where the addresses of the arena's hosting networks lie; given to the gateway as a list, as an operator would. */
export const hostingPrefixes: readonly string[] = hostingNetworks.map(prefixOf);
export const bulletproofPrefixes: readonly string[] = bulletproofNetworks.map(prefixOf);

function prefixOf({ prefix: [one, two] }: (typeof hostingNetworks)[number]): string {
  return `${one}.${two}.0.0/16`;
}

/** Addresses that look public. They are never contacted: they stand in PROXY headers on loopback. */
export class Addresses {
  readonly #random: Random;
  readonly #truth: Truth;

  constructor(random: Random, truth: Truth) {
    this.#random = random;
    this.#truth = truth;
  }

  /** An address where the platform's people live, that nobody has. */
  home(): string {
    return this.#fresh(() => this.#in(homeNetwork(this.#random).first));
  }

  /** An exit of a residential proxy that nobody has: anywhere in the world. */
  residential(): string {
    return this.#fresh(() => this.#in(accessNetworks[this.#byte(accessNetworks.length)]?.first ?? 24));
  }

  /** An address of a hosting network that nobody has. */
  hosting(): string {
    return this.#rented(hostingNetworks);
  }

  /** An address of a bulletproof network that nobody has. */
  bulletproof(): string {
    return this.#rented(bulletproofNetworks);
  }

  #rented(networks: typeof hostingNetworks): string {
    return this.#fresh(() => {
      const [one, two] = networks[this.#byte(networks.length)]?.prefix ?? [45, 132];
      return `${one}.${two}.${this.#byte(256)}.${1 + this.#byte(254)}`;
    });
  }

  #in(first: number): string {
    return `${first}.${this.#byte(256)}.${this.#byte(256)}.${1 + this.#byte(254)}`;
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
