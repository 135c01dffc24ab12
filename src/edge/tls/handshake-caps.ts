/**
 * Handshakes under way, in all and per address. A handshake costs a server a signature and a client nothing,
 * so a host that opens them without end is stopped before the signature (THC-SSL-DOS and its kin).
 * Only addresses with a handshake under way have a row: the map cannot outgrow `handshakesMax`.
 */
export class HandshakeCaps {
  readonly #handshakesMax: number;
  readonly #perAddressMax: number;
  readonly #underWay = new Map<string, number>();
  #total = 0;

  constructor(handshakesMax: number, perAddressMax: number) {
    this.#handshakesMax = handshakesMax;
    this.#perAddressMax = perAddressMax;
  }

  get total(): number {
    return this.#total;
  }

  /** Counts one handshake, or says which cap stands in its way. Every "admitted" needs one `leave`. */
  enter(address: string): "admitted" | "tls-handshakes" | "tls-handshakes-per-address" {
    if (this.#total >= this.#handshakesMax) return "tls-handshakes";
    const before = this.#underWay.get(address) ?? 0;
    if (before >= this.#perAddressMax) return "tls-handshakes-per-address";
    this.#underWay.set(address, before + 1);
    this.#total++;
    return "admitted";
  }

  leave(address: string): void {
    const before = this.#underWay.get(address);
    if (before === undefined) return;
    this.#total--;
    if (before === 1) this.#underWay.delete(address);
    else this.#underWay.set(address, before - 1);
  }
}
