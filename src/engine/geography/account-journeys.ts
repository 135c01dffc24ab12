import { engineLimits, type Millis, type Network } from "#core";
import { distanceKm, impossibleTravel, type Place } from "./travel.ts";

interface Sighting {
  readonly place: Place;
  readonly at: Millis;
  /** The account was let in through a VPN or a gateway once: its places are not where it is. */
  readonly gateway: boolean;
}

/** A journey that nobody makes, as evidence. */
export interface Jump {
  readonly nats: number;
  readonly km: number;
  readonly hours: number;
}

const gateways = new Set(["vpn", "proxy", "tor", "mobile-gateway", "corporate-nat", "hosting"]);
/** What a jump may say at most: people on VPNs that no list names are some percent everywhere. */
const natsMax = 2;
/** Share of log-ins by people that look like a jump, and what it is worth before local log-ins were seen: design. */
const jumping = { rate: 0.02, logins: 300 };

/**
 * Where accounts were let in last, and whether they can be where they are now. A place is that of an address and wrong by a
 * city easily; gateways hide it altogether and make the account silent here from then on. How many people's log-ins look
 * like jumps is learned and bounds what one says. Places in memory only, by keyed hash of the account; the longest silent
 * gives way. Evasion: an exit near the victim, which costs an exit for each.
 */
export class AccountJourneys {
  readonly #last = new Map<number, Sighting>();
  readonly #accountsMax: number;
  #logins = 0;
  #jumps = 0;

  constructor(accountsMax: number = engineLimits.journeysMax.default) {
    this.#accountsMax = accountsMax;
  }

  /** The jump that a log-in of the account would be, from where it was let in last. */
  jump(account: number, network: Network, at: Millis): Jump | undefined {
    const known = this.#last.get(account);
    if (known === undefined || Number.isNaN(network.latitude) || isGateway(network)) return undefined;
    const elapsedMs = Math.max(0, at - known.at);
    const to = { latitude: network.latitude, longitude: network.longitude };
    const share = (jumping.rate * jumping.logins + this.#jumps) / (jumping.logins + this.#logins);
    const nats = impossibleTravel({ from: known.place, to, elapsedMs, habitualGateway: known.gateway }, share);
    if (nats <= 0) return undefined;
    return {
      nats: Math.min(natsMax, nats),
      km: Math.round(distanceKm(known.place, to)),
      hours: Math.round(elapsedMs / 360_000) / 10,
    };
  }

  /** The account was let in. `teaches`: by nobody convicted, so a jump shows how common jumps are. */
  letIn(account: number, network: Network, { at, teaches }: { readonly at: Millis; readonly teaches: boolean }): void {
    if (Number.isNaN(network.latitude)) return;
    const known = this.#last.get(account);
    if (teaches && known !== undefined) {
      this.#logins++;
      if (this.jump(account, network, at) !== undefined) this.#jumps++;
    }
    // An attacker who was let in must not make his own place the account's.
    if (!teaches) return;
    this.#last.delete(account);
    if (this.#last.size >= this.#accountsMax) this.#last.delete(this.#last.keys().next().value ?? 0);
    const place = { latitude: network.latitude, longitude: network.longitude };
    this.#last.set(account, { place, at, gateway: known?.gateway === true || isGateway(network) });
  }
}

function isGateway({ categories }: Network): boolean {
  return categories.some((category) => gateways.has(category));
}
