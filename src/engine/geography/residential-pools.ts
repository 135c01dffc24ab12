import { HyperLogLog } from "#core";
import { addressChurn, type ChurnFinding } from "./address-churn.ts";
import type { NetworkNumber } from "./network-name.ts";

interface Pool {
  sessions: number;
  returns: number;
  readonly addresses: HyperLogLog;
  readonly networks: HyperLogLog;
  readonly operators: HyperLogLog;
}

/** One session of a convicted behaviour, as far as its places matter. */
export interface PoolSighting {
  readonly address: number;
  readonly prefix: NetworkNumber;
  /** AS number; 0: unknown, then the /16 stands for it. */
  readonly operator: NetworkNumber;
  readonly returned: "yes" | "no";
}

const poolsMax = 512;

/**
 * Which convicted behaviours travel through rented residential addresses, by `addressChurn`: nearly as many addresses,
 * networks and operators as sessions, and nobody comes back, compared with how often this installation's people do. 600
 * bytes for each of at most 512 behaviours; the oldest gives way.
 */
export class ResidentialPools {
  readonly #pools = new Map<string, Pool>();
  #people = 20;
  #returned = 6;

  /** An unconvicted session: how often people come back is what churn is measured against. */
  learnPerson(returned: "yes" | "no"): void {
    this.#people++;
    if (returned === "yes") this.#returned++;
    if (this.#people < 100_000) return;
    this.#people /= 2;
    this.#returned /= 2;
  }

  /** Takes a session of the behaviour named, and says what its sessions look like by now. */
  see(behaviour: string, { address, prefix, operator, returned }: PoolSighting): ChurnFinding {
    let pool = this.#pools.get(behaviour);
    if (pool === undefined) {
      if (this.#pools.size >= poolsMax) this.#pools.delete(this.#pools.keys().next().value ?? "");
      pool = {
        sessions: 0,
        returns: 0,
        addresses: new HyperLogLog(8),
        networks: new HyperLogLog(8),
        operators: new HyperLogLog(6),
      };
      this.#pools.set(behaviour, pool);
    }
    pool.sessions++;
    if (returned === "yes") pool.returns++;
    pool.addresses.add(address);
    pool.networks.add(fold(prefix));
    pool.operators.add(operator === 0 ? fold(Math.floor(prefix / 256)) : operator);
    const { sessions, returns } = pool;
    return addressChurn(
      {
        sessions,
        addresses: pool.addresses.estimate(),
        networks: pool.networks.estimate(),
        operators: pool.operators.estimate(),
        returns,
      },
      this.#returned / this.#people,
    );
  }
}

function fold(network: NetworkNumber): number {
  return ((network % 0x1_0000_0000) ^ Math.floor(network / 0x1_0000_0000)) >>> 0;
}
