import { ledgerSignal, type OrchestrationDetector } from "./orchestration-detector.ts";

/**
 * Finds a client that sends the very same cookie twice in one header although it holds it once.
 *
 * Headers glued together from a jar and a copied string do this; a jar does not. Evasion: remove duplicates.
 */
export const cookieDuplicate: OrchestrationDetector = {
  name: "cookie-duplicate",
  axis: "orchestration",
  group: "jar-impossible",
  personaProof: true,

  inspect(subject) {
    return ledgerSignal(cookieDuplicate, "duplicate", subject);
  },
};
