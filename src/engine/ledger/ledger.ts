import { assert, type Exchange, type Millis } from "#core";
import { storeCookies } from "./cookie-store.ts";
import type { ClientKind, LedgerApplication } from "./ledger-application.ts";
import { LedgerRow } from "./ledger-row.ts";
import { type LedgerLimits, LedgerTables } from "./ledger-tables.ts";
import { type CookieWitness, noWitness, RequestStep } from "./request-step.ts";
import { counter, ledgerWord, rowWords, SessionSlab, sessionFlag } from "./session-slab.ts";

/** Options of a ledger. */
export interface LedgerOptions {
  /** Live sessions at most; slots are numbered from 0. 172 bytes each are reserved at once, and 280 more where a session holds three cookies. */
  readonly sessionsMax: number;
  readonly limits?: Partial<LedgerLimits>;
  /** Who knows which cookies script sets and learns from honest sessions; by default nobody. */
  readonly witness?: CookieWitness;
}

/**
 * The cookie ledger: for every live session what the application put into its jar and what came back, judged
 * by RFC 6265bis (draft 22). Slots belong to the caller:
 *
 *     ledger.open(slot, application);
 *     ledger.request(slot, exchange, now);    // before the verdict; moves the counters
 *     ledger.response(slot, exchange, now);   // when the answer is complete
 *     ledger.row(slot).events("missing");
 *     ledger.settle(slot, { kind, weight });  // at the end, if something may be learned
 *     ledger.close(slot);
 *
 * Where `exchange.observes` does not show both Cookie and every Set-Cookie, the whole session becomes blind:
 * its axes read as unknown. Pure: `now` is the wall clock of the request head, or of the answer's last byte.
 */
export class Ledger {
  readonly slab: SessionSlab;
  readonly tables: LedgerTables;
  readonly #step: RequestStep;
  readonly #witness: CookieWitness;
  readonly #row: LedgerRow;

  constructor(options: LedgerOptions) {
    this.slab = new SessionSlab(options.sessionsMax);
    this.tables = new LedgerTables(options.limits);
    this.#step = new RequestStep(this.slab, this.tables);
    this.#witness = options.witness ?? noWitness;
    this.#row = new LedgerRow(this.slab, this.tables.application(""));
  }

  /** Begins a session in an empty row. */
  open(slot: number, application: string): void {
    assert(
      slot >= 0 && slot < this.slab.sessionsMax,
      `session slot ${slot} is outside 0..${this.slab.sessionsMax - 1}`,
    );
    this.slab.clear(slot);
    this.slab.bytes[this.#counters(slot) + counter.application] = this.tables.application(application).index;
  }

  /** Ends a session and empties its row. */
  close(slot: number): void {
    this.slab.clear(slot);
  }

  /** Several jars share this session's key (the caller counted identities): nothing missing is charged. */
  share(slot: number): void {
    this.#raise(slot, sessionFlag.shared);
  }

  /** This session's legitimacy rests on scarce facts: from now on it may teach. */
  anchor(slot: number): void {
    this.#raise(slot, sessionFlag.healthy);
  }

  /** Judges the cookies a request presents. O(cookies presented × cookies held), at most 64 × 12. */
  request(slot: number, exchange: Exchange, now: Millis): void {
    const { observes } = exchange;
    if (!observes.cookies || observes.setCookie !== "all" || !observes.response) this.#raise(slot, sessionFlag.blind);
    if (this.#has(slot, sessionFlag.blind)) return;
    this.#step.run(slot, exchange, { application: this.applicationOf(slot), now, witness: this.#witness });
  }

  /** Puts an answer's cookies into the session's jar. `now`: when its last byte was sent. */
  response(slot: number, exchange: Exchange, now: Millis): void {
    if (exchange.observes.setCookie !== "all") this.#raise(slot, sessionFlag.blind);
    if (this.#has(slot, sessionFlag.blind)) return;
    storeCookies(this.slab, slot, { tables: this.tables, application: this.applicationOf(slot), exchange, now });
  }

  /** Cookies of the request judged last that we know to have issued; 0 when cookies were not observed. */
  get recognised(): number {
    return this.#step.recognised;
  }

  /** What is known of a session. The object is reused by the next call. */
  row(slot: number): LedgerRow {
    return this.#row.point(slot, this.applicationOf(slot));
  }

  /**
   * Learns from a session that ends. `weight` is its vote as an honest client (0: none); the order mixture
   * needs three cookies to tell rules apart.
   */
  settle(slot: number, session: { readonly kind: ClientKind; readonly weight: number }): void {
    const row = this.row(slot);
    if (!row.observed || row.shared || row.orderSize < 3) return;
    const at = (slot * rowWords + ledgerWord.order) * 2;
    this.applicationOf(slot).learnOrder(this.slab.shorts, at, session);
  }

  /** Learned tables of a session's application. */
  applicationOf(slot: number): LedgerApplication {
    const index = this.slab.bytes[this.#counters(slot) + counter.application] ?? 0;
    return this.tables.applications()[index] ?? this.tables.application("");
  }

  #counters(slot: number): number {
    return (slot * rowWords + ledgerWord.counters) * 4;
  }

  #raise(slot: number, bits: number): void {
    const at = this.#counters(slot);
    this.slab.bytes[at] = (this.slab.bytes[at] ?? 0) | bits;
  }

  #has(slot: number, bits: number): boolean {
    return ((this.slab.bytes[this.#counters(slot)] ?? 0) & bits) !== 0;
  }
}
