import { ledgerSignal, type OrchestrationDetector } from "./orchestration-detector.ts";

/**
 * Finds a client that sends back cookies which an answer deleted (after the grace), or which expired a day ago.
 *
 * Log-outs delete cookies; replayed jars keep them. Clock errors are why expiry waits a day. Evasion: honour
 * deletion.
 */
export const cookieGhost: OrchestrationDetector = {
  name: "cookie-ghost",
  axis: "orchestration",
  group: "jar-impossible",
  personaProof: true,

  inspect(subject) {
    return ledgerSignal(cookieGhost, "ghost", subject);
  },
};
