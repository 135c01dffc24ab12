import type { SiteBaseline } from "../baselines/site-baseline.ts";
import { type ClientTable, row8, row16, row32, rowBytes, rowFloat, slipShift } from "../clients/client-table.ts";
import { counter } from "../features/counters.ts";
import type { AgentEntry } from "../sessions/agent-book.ts";

/** Names of the network an address belongs to; a weak prior, never sufficient. */
export type NetworkKind = "hosting" | "vpn" | "tor" | "relay" | "mobile" | "residential" | "unknown";

/** What neighbours on the same address did: user agents seen, and how their page loads went. */
export interface AddressFacts {
  readonly agents: number;
  readonly pages: number;
  readonly assets: number;
  readonly switches: number;
}

/**
 * Everything a detector may look at: the client's feature row, the site's baseline, its user agent and its address.
 * One object is pointed at one client after the other; detectors keep nothing of it.
 */
export class Case {
  readonly #clients: ClientTable;
  #row = -1;
  site: SiteBaseline;
  agent: AgentEntry;
  address: AddressFacts = noAddressFacts;
  network: NetworkKind = "unknown";
  /** The browser asks for a language that is foreign where its address is (language-law.ts). */
  foreignLanguage = false;

  constructor(clients: ClientTable, site: SiteBaseline, agent: AgentEntry) {
    this.#clients = clients;
    this.site = site;
    this.agent = agent;
  }

  point(row: number): void {
    this.#row = row;
  }

  /** A counter's value, 0-255. */
  get(index: number): number {
    return this.#clients.get(this.#row, index);
  }

  /**
   * A counter as the whole history may have had it, for words only: counters are halved when full, the number of
   * requests is exact. Two significant digits once halved.
   */
  about(index: number): number {
    const value = this.get(index);
    if (this.#clients.scale(this.#row) === 0) return value;
    const kept =
      this.get(counter.pages) +
      this.get(counter.assets) +
      this.get(counter.api) +
      this.get(counter.robots) +
      this.get(counter.favicon);
    return twoDigits((value * this.requests) / Math.max(1, kept));
  }

  get requests(): number {
    return this.#clients.u32[this.#row * (rowBytes / 4) + row32.requests] as number;
  }

  /** Sessions of this client so far. */
  get sessions(): number {
    return this.#clients.u16[this.#row * (rowBytes / 2) + row16.sessions] as number;
  }

  /** What contradicts itself in how the client presents itself: bits of presentation-slips.ts. */
  get slips(): number {
    return (this.#clients.u8[this.#row * rowBytes + row8.flags] as number) >> slipShift;
  }

  /** Mean of ln(seconds) between pages. */
  get logGapMean(): number {
    return this.#float(rowFloat.logGapMean);
  }

  /** Standard deviation of ln(seconds) between pages, over `n` gaps. */
  logGapDeviation(n: number): number {
    return n < 2 ? 0 : Math.sqrt(Math.max(0, this.#float(rowFloat.logGapM2)) / (n - 1));
  }

  /** Mean gap between pages in seconds. */
  get gapMean(): number {
    return this.#float(rowFloat.gapMean);
  }

  gapDeviation(n: number): number {
    return n < 2 ? 0 : Math.sqrt(Math.max(0, this.#float(rowFloat.gapM2)) / (n - 1));
  }

  #float(place: number): number {
    return this.#clients.f32[this.#row * (rowBytes / 4) + place] as number;
  }
}

/** Two significant digits, for counts: below ten a tenth is kept. */
function twoDigits(value: number): number {
  if (value < 10) return Math.round(value * 10) / 10;
  let unit = 1;
  while (value >= unit * 100) unit *= 10;
  return Math.round(value / unit) * unit;
}

export const noAddressFacts: AddressFacts = Object.freeze({ agents: 0, pages: 0, assets: 0, switches: 0 });
