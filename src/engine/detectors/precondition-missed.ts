import type { OrchestrationDetector } from "./orchestration-detector.ts";

const natsMin = 0.05;
/** One missed step is never proof: what nobody did in the learning period may be tomorrow's password manager. */
const natsMax = 7;

/**
 * Finds a log-in (or another sensitive step) without what people do before it: no page seen, no cookie of ours, no
 * sub-resource, or not the endpoints that honest clients of every kind visit first.
 *
 * What honest clients do is learned per application and kind of client; the evidence is how rare it is among
 * them to miss as much, mixed over the kinds that use the step. A site with a native app therefore does not
 * fear a bare log-in until the app's own baseline (its configuration and refresh calls) is known. Evasion: walk
 * the flow first, which makes every attempt cost several requests and a jar.
 */
export const preconditionMissed: OrchestrationDetector = {
  name: "precondition-missed",
  axis: "orchestration",
  group: "direct-entry",
  personaProof: false,

  inspect({ intent }) {
    const step = intent.step();
    if (step === undefined || step.nats < natsMin) return undefined;
    const evidence = {
      step: step.endpoint,
      missed: intent.factNames(step.missed).join(", "),
      honestSessions: Math.round(step.support),
    };
    const nats = Math.min(natsMax, step.nats);
    return { detector: "precondition-missed", axis: "orchestration", group: "direct-entry", nats, evidence };
  },
};
