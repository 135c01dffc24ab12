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
  readonly #holders = new Map<
    string,
    { readonly player: Player; readonly sessions: { from: number; session: number }[] }
  >();
  /** How far the gateway's clock is from ours while it lives through the past, in milliseconds. */
  offsetMs = 0;

  /** From now on, an address is in the hands of this player's session. */
  note(address: string, { session, ...player }: Holder): void {
    const known = this.#holders.get(address);
    if (known !== undefined && known.player.name !== player.name)
      throw new Error(`${address} was given to ${known.player.name} and to ${player.name}`);
    const began = { from: Date.now() + this.offsetMs, session };
    if (known === undefined) this.#holders.set(address, { player, sessions: [began] });
    else if (known.sessions.at(-1)?.session !== session) known.sessions.push(began);
  }

  /** Who held an address, and in which session at a time of the gateway's clock; the first where that is left out. */
  of(address: string, at?: number): Holder | undefined {
    const known = this.#holders.get(address);
    if (known === undefined) return undefined;
    const began = at === undefined ? undefined : known.sessions.findLast(({ from }) => from <= at + clockSlackMs);
    return { ...known.player, session: (began ?? known.sessions[0])?.session ?? 0 };
  }

  has(address: string): boolean {
    return this.#holders.has(address);
  }
}

/** A gateway whose clock is given reads it once a second. */
const clockSlackMs = 1_000;
