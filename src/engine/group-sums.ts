/**
 * Nats by group, for the handful of groups that speak about one client: two short lists, because a request makes one and
 * an object with names as keys costs more than all sums together.
 */
export class GroupSums {
  readonly names: string[] = [];
  readonly #nats: number[] = [];

  /** Adds to a group's sum. */
  add(group: string, nats: number): void {
    const at = this.names.indexOf(group);
    if (at >= 0) this.#nats[at] = (this.#nats[at] as number) + nats;
    else {
      this.names.push(group);
      this.#nats.push(nats);
    }
  }

  /** A group's sum; 0 for one that said nothing. */
  of(group: string): number {
    const at = this.names.indexOf(group);
    return at < 0 ? 0 : (this.#nats[at] as number);
  }

  /** Replaces the sum of a group that has spoken; silent ones stay silent. */
  set(group: string, nats: number): void {
    const at = this.names.indexOf(group);
    if (at >= 0) this.#nats[at] = nats;
  }

  /** Cuts every group's sum to its cap. */
  cap(capOf: { cap(group: string): number }): void {
    for (let i = 0; i < this.names.length; i++) {
      const cap = capOf.cap(this.names[i] as string);
      if ((this.#nats[i] as number) > cap) this.#nats[i] = cap;
    }
  }

  /** Sum of what speaks against the client (`against`) or for it (`excuses`), in nats. */
  total(side: "against" | "excuses"): number {
    let sum = 0;
    for (const nats of this.#nats) if (nats < 0 === (side === "excuses")) sum += nats;
    return sum;
  }
}
