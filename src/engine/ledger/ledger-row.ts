import type { ClientKind, LedgerApplication } from "./ledger-application.ts";
import { orderEvidence } from "./order-posterior.ts";
import { type OrderRule, orderRuleCount, orderRules } from "./order-rules.ts";
import { counter, ledgerWord, rowWords, type SessionSlab, sessionFlag } from "./session-slab.ts";

/** Opportunities at which something could go wrong, and at how many it did. Both stop at 64. */
export interface Outcomes {
  readonly opportunities: number;
  readonly events: number;
}

/** Axes on which the ledger counts events. */
export type LedgerAxis =
  | "missing"
  | "stale"
  | "neverIssued"
  | "unknownName"
  | "outOfScope"
  | "ghost"
  | "duplicate"
  | "orderBreak";

/** The counter where each axis begins. */
const axisCounters: Readonly<Record<LedgerAxis, number>> = {
  missing: counter.obligations,
  stale: counter.changed,
  neverIssued: counter.known,
  unknownName: counter.presented,
  outOfScope: counter.scoped,
  ghost: counter.ghosts,
  duplicate: counter.headers,
  orderBreak: counter.ordered,
};

const jarEvents = Uint8Array.of(
  counter.missing,
  counter.stale,
  counter.neverIssued,
  counter.outOfScope,
  counter.ghost,
  counter.duplicate,
);

/** Every axis, in the order reports list them. */
export const ledgerAxes: readonly LedgerAxis[] = [
  "missing",
  "stale",
  "neverIssued",
  "unknownName",
  "outOfScope",
  "ghost",
  "duplicate",
  "orderBreak",
];

/**
 * What the ledger knows of one session. One row object is reused: it speaks for the session last asked for,
 * until the next call of `Ledger.row`.
 */
export class LedgerRow {
  readonly #slab: SessionSlab;
  #slot = 0;
  #application: LedgerApplication;

  constructor(slab: SessionSlab, application: LedgerApplication) {
    this.#slab = slab;
    this.#application = application;
  }

  /** Points this row at a session. */
  point(slot: number, application: LedgerApplication): this {
    this.#slot = slot;
    this.#application = application;
    return this;
  }

  /** False when the connector did not show every cookie both ways: every axis is then unknown. */
  get observed(): boolean {
    return (this.#byte(counter.flags) & sessionFlag.blind) === 0;
  }

  /** Several jars speak under this session's key (NAT): what one of them lacks must not be charged. */
  get shared(): boolean {
    return (this.#byte(counter.flags) & sessionFlag.shared) !== 0;
  }

  /** Opportunities and events of one axis; none where the axis is unknown. */
  outcomes(axis: LedgerAxis): Outcomes {
    return { opportunities: this.opportunities(axis), events: this.events(axis) };
  }

  /** Opportunities of one axis, at most 64; 0 where unknown. */
  opportunities(axis: LedgerAxis): number {
    return this.#silent(axis) ? 0 : this.#byte(axisCounters[axis]);
  }

  /** Events of one axis, at most 64; 0 where unknown. */
  events(axis: LedgerAxis): number {
    return this.#silent(axis) ? 0 : this.#byte(axisCounters[axis] + 1);
  }

  /** Something went wrong on one of the axes that detectors of single jars read; false costs eight bytes to see. */
  get broken(): boolean {
    const { bytes } = this.#slab;
    const at = (this.#slot * rowWords + ledgerWord.counters) * 4;
    for (const event of jarEvents) if (bytes[at + event] !== 0) return true;
    return false;
  }

  /** Cookies held now, deleted ones that could come back as ghosts included. */
  get cookies(): number {
    return this.#byte(counter.cookies);
  }

  /** Age class of the oldest cookie this client brought from before: 0 none, 1 < 1 h, 2 < 1 d, 3 < 7 d, 4 older. */
  get maturity(): number {
    return this.#byte(counter.maturity);
  }

  /** Times a cookie came that we issued before this session began. */
  get inherited(): number {
    return this.#byte(counter.inherited);
  }

  /** Size of the largest jar whose order was looked at; 0 when order said nothing yet. */
  get orderSize(): number {
    return this.observed && !this.shared ? this.#byte(counter.orderSize) : 0;
  }

  /** `ln P(orders seen | mixture of rules)`; 0 when no order was seen. */
  orderEvidence(weights: ArrayLike<number>): number {
    return this.orderSize === 0 ? 0 : orderEvidence(this.#slab.shorts, this.#orderAt(), weights);
  }

  /** The rule that explains this session's orders best, all rules being equally likely before. */
  get orderRule(): OrderRule | undefined {
    if (this.orderSize === 0) return undefined;
    let best = 0;
    for (let rule = 1; rule < orderRuleCount; rule++) {
      if ((this.#slab.shorts[this.#orderAt() + rule] ?? 0) > (this.#slab.shorts[this.#orderAt() + best] ?? 0))
        best = rule;
    }
    return orderRules[best];
  }

  /** The mixture of order rules of honest clients of a kind; undefined where a proxy hides the order. */
  orderNull(kind: ClientKind): Float32Array | undefined {
    return this.#application.orderSpeaks ? this.#application.orderWeights(kind) : undefined;
  }

  /** Axes that NAT makes meaningless are silent on shared keys. */
  #silent(axis: LedgerAxis): boolean {
    if (!this.observed) return true;
    return this.shared && (axis === "missing" || axis === "stale" || axis === "orderBreak" || axis === "ghost");
  }

  #byte(at: number): number {
    return this.#slab.bytes[(this.#slot * rowWords + ledgerWord.counters) * 4 + at] ?? 0;
  }

  #orderAt(): number {
    return (this.#slot * rowWords + ledgerWord.order) * 2;
  }
}
