import type { Millis } from "#core";

/** Caps of a ledger; the defaults are `http2Limits` in core. */
export interface ResetLedgerLimits {
  readonly resetsPerAddressMax: number;
  readonly resetWindowMs: number;
  readonly addressesMax: number;
  readonly penaltyMs: number;
}

interface Row {
  level: number;
  at: Millis;
  penaltyUntil: Millis;
}

/**
 * Cancelled streams per address over all its connections, as a bucket that leaks `resetsPerAddressMax` per
 * `resetWindowMs`. The engine below limits one connection; an attacker opens twenty (rapid reset, CVE-2023-44487).
 * Streams that we had to end for a client's fault count as well (MadeYouReset, CVE-2025-8671).
 * Times are monotonic.
 */
export class ResetLedger {
  readonly #limits: ResetLedgerLimits;
  /** In the order of last use: the first gives way when the table is full. */
  readonly #rows = new Map<string, Row>();

  constructor(limits: ResetLedgerLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Counts one. True: the address is over its cap, from now on and for `penaltyMs`. */
  note(address: string, now: Millis): boolean {
    const { resetsPerAddressMax, resetWindowMs, addressesMax, penaltyMs } = this.#limits;
    const row = this.#rows.get(address) ?? { level: 0, at: now, penaltyUntil: Number.NEGATIVE_INFINITY };
    row.level = Math.max(0, row.level - ((now - row.at) * resetsPerAddressMax) / resetWindowMs) + 1;
    row.at = now;
    this.#rows.delete(address);
    this.#rows.set(address, row);
    if (this.#rows.size > addressesMax) this.#evict(now);
    if (row.level <= resetsPerAddressMax) return false;
    row.penaltyUntil = now + penaltyMs;
    return true;
  }

  /** Whether the address is to be offered no HTTP/2 connection. */
  isPenalised(address: string, now: Millis): boolean {
    const row = this.#rows.get(address);
    return row !== undefined && now < row.penaltyUntil;
  }

  /** The oldest row without a penalty goes: a flood of addresses must not launder the one that is being punished. */
  #evict(now: Millis): void {
    let looked = 0;
    for (const [address, row] of this.#rows) {
      if (now >= row.penaltyUntil || ++looked > 64) {
        this.#rows.delete(address);
        return;
      }
    }
  }
}
