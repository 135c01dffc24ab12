import { ledgerSignal, type OrchestrationDetector } from "./orchestration-detector.ts";

/**
 * Finds a client that goes on sending the value before the current one, after the grace for parallel requests.
 *
 * A copied Cookie header does not follow rotations; a browser does, save for races between tabs. Evasion: read
 * Set-Cookie and follow it.
 */
export const cookieStale: OrchestrationDetector = {
  name: "cookie-stale",
  axis: "orchestration",
  group: "jar-race",
  personaProof: false,

  inspect(subject) {
    return ledgerSignal(cookieStale, "stale", subject);
  },
};
