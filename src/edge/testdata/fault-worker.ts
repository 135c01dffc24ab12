import type { Exchange, StandingDecisions } from "#core";
import { runEdgeWorker } from "../workers/run-edge-worker.ts";
import { faultyTreatments } from "./fault-treatments.ts";
import { verdictOf } from "./gateway-rig.ts";

/** What tests publish to their workers: blocked addresses, or a fault to fall into. */
export interface PublishedFault {
  readonly blocked?: readonly string[];
  readonly fault?: "throw" | "spin" | "";
}

/** A worker that does what tests ask of it. */
await runEdgeWorker({
  createTreatments: () => faultyTreatments,
  readStanding(published): StandingDecisions | undefined {
    const { blocked = [], fault } = (published ?? {}) as PublishedFault;
    if (fault === "throw") {
      setImmediate(() => {
        throw new Error("planted");
      });
    }
    if (fault === "spin") setImmediate(spin);
    return {
      lookup: (exchange: Exchange) =>
        blocked.includes(exchange.client.ip) ? verdictOf(exchange, { action: "block", basis: "list" }) : undefined,
    };
  },
});

function spin(): void {
  for (;;);
}
