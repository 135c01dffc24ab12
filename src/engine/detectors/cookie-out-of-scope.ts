import { ledgerSignal, type OrchestrationDetector } from "./orchestration-detector.ts";

/**
 * Finds a client that sends a cookie where its path, host, scheme or SameSite attribute forbid it.
 *
 * No browser and no RFC 6265 jar does; a header kept by hand does. Evasion: implement scopes, or use a client
 * that has them.
 */
export const cookieOutOfScope: OrchestrationDetector = {
  name: "cookie-out-of-scope",
  axis: "orchestration",
  group: "jar-impossible",
  personaProof: true,

  inspect(subject) {
    return ledgerSignal(cookieOutOfScope, "outOfScope", subject);
  },
};
