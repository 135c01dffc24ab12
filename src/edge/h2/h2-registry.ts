import type { Millis } from "#core";
import { ResetLedger, type ResetLedgerLimits } from "./reset-ledger.ts";

/** A connection as the registry needs it. */
export interface Calmable {
  calm(code: string): void;
}

/** The HTTP/2 connections of one process by address, so that what one address does on many is seen as one. */
export class H2Registry {
  readonly #ledger: ResetLedger;
  /** Holds only addresses with open connections, so admission bounds it. */
  readonly #open = new Map<string, Set<Calmable>>();

  constructor(limits: ResetLedgerLimits) {
    this.#ledger = new ResetLedger(limits);
  }

  add(address: string, connection: Calmable): void {
    const known = this.#open.get(address) ?? new Set();
    known.add(connection);
    this.#open.set(address, known);
  }

  remove(address: string, connection: Calmable): void {
    const known = this.#open.get(address);
    known?.delete(connection);
    if (known?.size === 0) this.#open.delete(address);
  }

  /** Counts a cancelled stream; an address over its cap loses all its connections. */
  noteReset(address: string, now: Millis): void {
    if (!this.#ledger.note(address, now)) return;
    for (const connection of [...(this.#open.get(address) ?? [])]) connection.calm("h2-resets-of-address");
  }

  isPenalised(address: string, now: Millis): boolean {
    return this.#ledger.isPenalised(address, now);
  }
}
