import { ledgerSignal, type OrchestrationDetector } from "./orchestration-detector.ts";

/**
 * Finds a client that does not send back cookies it was given: in scope, alive, and long after the answer.
 *
 * Libraries without a jar do this on every request. So do people who refuse cookies (about 1.5 %), which is why
 * the evidence saturates near four nats and can never convict one session. Silent behind shared keys (NAT).
 * Evasion: keep a jar, which every library can; the order and the ghosts of that jar are then looked at.
 */
export const cookieMissing: OrchestrationDetector = {
  name: "cookie-missing",
  axis: "orchestration",
  group: "cookie-refusal",
  personaProof: false,

  inspect(subject) {
    return ledgerSignal(cookieMissing, "missing", subject);
  },
};
