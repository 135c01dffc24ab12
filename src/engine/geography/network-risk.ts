import type { Millis } from "#core";

interface Row {
  convicted: number;
  sessions: number;
  at: Millis;
}

const networksMax = 8_192;

/**
 * Learned risk of networks: the share of a network's sessions that ended in a conviction, shrunk to the
 * application's own mean (empirical Bayes with a Beta(1, 300) prior) and forgotten with a half-life of 30 days.
 * No list is needed; a list of hosting networks is only a better start for `prior`.
 *
 * A large network with a little abuse stays near its true, small risk; a small one needs evidence to get a bad
 * name. The result weighs as presentation: it may speed a decision up, never make one.
 */
export class NetworkRisk {
  readonly #rows = new Map<number, Row>();
  readonly #halfLifeMs: Millis;
  #convicted = 0;
  #sessions = 0;

  constructor(halfLifeMs: Millis = 30 * 86_400_000) {
    this.#halfLifeMs = halfLifeMs;
  }

  learn(network: number, convicted: boolean, at: Millis): void {
    const row = this.#fresh(network, at);
    row.sessions++;
    this.#sessions++;
    if (!convicted) return;
    row.convicted++;
    this.#convicted++;
  }

  /** Expected share of automation on this network, 0-1. */
  rate(network: number): number {
    const row = this.#rows.get(network);
    return ((row?.convicted ?? 0) + 1) / ((row?.sessions ?? 0) + 301);
  }

  /** ln of the network's risk over the application's own: above 0 worse than average. Clamped to ±2. */
  nats(network: number): number {
    const mean = (this.#convicted + 1) / (this.#sessions + 301);
    return Math.max(-2, Math.min(2, Math.log(this.rate(network) / mean)));
  }

  #fresh(network: number, at: Millis): Row {
    let row = this.#rows.get(network);
    if (row === undefined) {
      if (this.#rows.size >= networksMax) this.#evict();
      row = { convicted: 0, sessions: 0, at };
      this.#rows.set(network, row);
    }
    const factor = 2 ** (-Math.max(0, at - row.at) / this.#halfLifeMs);
    row.convicted *= factor;
    row.sessions *= factor;
    row.at = Math.max(row.at, at);
    return row;
  }

  #evict(): void {
    let victim: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    let looked = 0;
    for (const [network, row] of this.#rows) {
      if (row.sessions < least) [victim, least] = [network, row.sessions];
      if (++looked >= 32) break;
    }
    if (victim !== undefined) this.#rows.delete(victim);
  }
}
