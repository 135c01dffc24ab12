import type { Millis } from "#core";
import { type ClientKind, clientKinds } from "../ledger/ledger-application.ts";
import { type LedgerAxis, type LedgerRow, ledgerAxes } from "../ledger/ledger-row.ts";
import { AxisEvidence } from "./axis-evidence.ts";
import { axisPriors } from "./axis-priors.ts";
import { decayFactor } from "./decay.ts";
import { EdgeCounts } from "./edge-counts.ts";
import { ScriptNames } from "./script-names.ts";
import { endpointsMax, StepBook } from "./step-book.ts";

type Axes = Readonly<Record<LedgerAxis, AxisEvidence>>;

/** What the intent graph has learned about one application. */
export class IntentApplication {
  readonly script: ScriptNames = new ScriptNames();
  readonly steps: StepBook = new StepBook();
  readonly edges: EdgeCounts;
  /** Answers per endpoint, decayed: the trials of its issue edges. */
  readonly answers: Float32Array = new Float32Array(endpointsMax + 1);
  /** Script's cookies changed for everybody and are being relearned. */
  scriptFrozen = false;
  readonly #axes: Readonly<Record<ClientKind, Axes>>;

  constructor(budget: { used: number }) {
    this.edges = new EdgeCounts(budget);
    this.#axes = { web: createAxes(), native: createAxes(), api: createAxes() };
  }

  /** Evidence tables of one axis for one kind of client. */
  axis(kind: ClientKind, axis: LedgerAxis): AxisEvidence {
    return this.#axes[kind][axis];
  }

  /** Learns the ledger's counters of one anchored session. */
  learnAxes(row: LedgerRow, kind: ClientKind, weight: number): void {
    for (const axis of ledgerAxes) this.#axes[kind][axis].learn(row.events(axis), row.opportunities(axis), weight);
  }

  /** Refits at most one axis that has news, so that a call stays near ten milliseconds. True when it did. */
  refitOne(): boolean {
    for (const kind of clientKinds) for (const axis of ledgerAxes) if (this.#axes[kind][axis].refit()) return true;
    return false;
  }

  /** Forgets by half every three days; call about once an hour. */
  decay(elapsedMs: Millis): void {
    this.script.decay(elapsedMs);
    this.steps.decay(elapsedMs);
    this.edges.decay(elapsedMs);
    const factor = decayFactor(elapsedMs);
    for (let i = 0; i < this.answers.length; i++) this.answers[i] = (this.answers[i] ?? 0) * factor;
  }

  /** What anchored sessions showed on every axis, for snapshots and reports. */
  experience(): {
    readonly kind: ClientKind;
    readonly axis: LedgerAxis;
    readonly clients: number;
    readonly hits: number;
  }[] {
    return clientKinds.flatMap((kind) =>
      ledgerAxes.map((axis) => ({ kind, axis, ...this.#axes[kind][axis].experience })),
    );
  }
}

function createAxes(): Axes {
  const entries = ledgerAxes.map((axis) => [axis, new AxisEvidence(axisPriors[axis])] as const);
  return Object.fromEntries(entries) as Record<LedgerAxis, AxisEvidence>;
}
