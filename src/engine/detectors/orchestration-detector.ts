import type { Signal } from "#core";
import type { OrchestrationCase } from "../intent/orchestration.ts";
import type { LedgerAxis } from "../ledger/ledger-row.ts";

/** A detector that reads the ledger's and the graph's rows. Remembers nothing. */
export interface OrchestrationDetector {
  readonly name: string;
  readonly axis: "orchestration";
  /** Signals of one group share a benign cause and one cap. */
  readonly group: string;
  /**
   * True for what somebody who refuses cookies, blocks script and hides the address *cannot* do. Only such groups
   * may convict a single session: everything else, a privacy-minded person explains.
   */
  readonly personaProof: boolean;
  inspect(subject: OrchestrationCase): Signal | undefined;
}

/** Signals weaker than this are not worth a line. */
const natsMin = 0.05;

/**
 * The signal of one ledger axis: events of opportunities, weighed by the learned mixture of the client's kind.
 * Silent where the axis is unknown, nothing went wrong or honest clients do the same.
 */
export function ledgerSignal(
  detector: Pick<OrchestrationDetector, "name" | "axis" | "group">,
  axis: LedgerAxis,
  { ledger, intent, kind }: OrchestrationCase,
): Signal | undefined {
  const events = ledger.events(axis);
  if (events === 0) return undefined;
  const opportunities = ledger.opportunities(axis);
  const nats = intent.axis(kind, axis).nats(events, opportunities);
  if (nats < natsMin) return undefined;
  const { name, group } = detector;
  return { detector: name, axis: detector.axis, group, nats, evidence: { events, opportunities } };
}
