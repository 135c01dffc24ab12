import type { Exchange, Intel, Signal } from "#core";
import type { Facts } from "../features/facts.ts";
import { groupCap } from "../statistics/index.ts";

/** Networks that one session may be seen on before it is odd: home, telephone, office. */
const networksLeast = 4;
const natsPerNetwork = 1.5;
const natsMax = 9;
/** How common such sessions are among people, until this installation has shown it: design value. */
const wanderers = { rate: 1e-4, sessions: 4_000, source: "design; people on trains who change telephones' networks" };
/** Sessions of fewer requests had no time to wander. */
const requestsLeast = 4;
const none: readonly Signal[] = [];

/**
 * On how many networks one live session was seen. A person's device moves from home to a telephone network; a jar that was
 * copied to a farm is presented from everywhere at once. Networks are operators (AS numbers); anonymising networks, whose
 * exits change by themselves, do not count, and without a network database nothing is said. How common it is among this
 * installation's unconvicted sessions bounds what it says: behind a carrier that moves everybody about it says little.
 * Eight bytes per session.
 */
export class PlacesPart {
  readonly bytesPerSession: number = 8;
  readonly #intel: Pick<Intel, "network">;
  readonly #last: Uint32Array;
  /** A 32-bit filter of the networks met: eight of them are counted as seven or eight. */
  readonly #met: Uint32Array;
  #seen = 0;
  #wandered = 0;
  #natsMax = natsMax;

  constructor(sessionsMax: number, intel: Pick<Intel, "network">) {
    this.#intel = intel;
    this.#last = new Uint32Array(sessionsMax);
    this.#met = new Uint32Array(sessionsMax);
  }

  open(slot: number): void {
    this.#last[slot] = 0;
    this.#met[slot] = 0;
  }

  /** One request of a session from an address. */
  request(facts: Facts, exchange: Exchange): void {
    const { slot, words } = facts;
    const address = ((words[3] as number) ^ (words[1] as number)) >>> 0;
    if (this.#last[slot] === address) return;
    this.#last[slot] = address;
    const { asn, categories } = this.#intel.network(exchange.client.ip);
    if (asn <= 0 || categories.includes("tor") || categories.includes("vpn") || categories.includes("proxy")) return;
    const bit = 1 << (Math.imul(asn, 0x9e3779b1) >>> 27);
    this.#met[slot] = (this.#met[slot] as number) | bit;
  }

  /** Networks met: the bits that are set. */
  #networksOf(slot: number): number {
    let left = this.#met[slot] as number;
    let count = 0;
    for (; left !== 0; left &= left - 1) count++;
    return count;
  }

  /** More networks than anybody's device has. */
  wanders(slot: number): boolean {
    return this.#networksOf(slot) >= networksLeast;
  }

  /** A session ends. `teaches`: it is not convicted, so it shows how common wandering is. */
  close(slot: number, { requests, teaches }: { readonly requests: number; readonly teaches: boolean }): void {
    if (!teaches || requests < requestsLeast) return;
    this.#seen++;
    if (this.wanders(slot)) this.#wandered++;
    if ((this.#seen & 255) === 0) this.#natsMax = Math.min(natsMax, groupCap(wanderers, this.#wandered, this.#seen));
  }

  /** A session on more networks than anybody's device has. */
  signals(slot: number): readonly Signal[] {
    const networks = this.#networksOf(slot);
    if (networks < networksLeast) return none;
    const nats = Math.min(this.#natsMax, (networks - networksLeast + 1) * natsPerNetwork + 1.5);
    return [{ detector: "jar-in-many-places", axis: "geography", group: "jar-cloned", nats, evidence: { networks } }];
  }
}
