/** Who a player is, as only the arena knows. */
export type Side = "person" | "native-app" | "declared-agent" | "attack";

/** One player: a persona of people, or one step of a campaign. */
export interface Player {
  readonly name: string;
  readonly side: Side;
  /** `A`, `B`, `D`, or the campaign's own name; empty for people. */
  readonly campaign: string;
}

/** Whom an address belonged to. Every address belongs to one player for the whole run. */
export interface Holder extends Player {
  /** Sessions of one player, counted from 0; people behind one office address share its number. */
  readonly session: number;
}

/** The truth, kept out of band: no part of it travels with the traffic. */
export class Truth {
  readonly #holders = new Map<string, Holder>();

  note(address: string, holder: Holder): void {
    const known = this.#holders.get(address);
    if (known !== undefined && known.name !== holder.name)
      throw new Error(`${address} was given to ${known.name} and to ${holder.name}`);
    this.#holders.set(address, holder);
  }

  of(address: string): Holder | undefined {
    return this.#holders.get(address);
  }

  has(address: string): boolean {
    return this.#holders.has(address);
  }
}
