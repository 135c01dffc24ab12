import { ledgerSignal, type OrchestrationDetector } from "./orchestration-detector.ts";

/**
 * Finds a client that presents values nobody was ever issued, under names this application issues.
 *
 * Forged or guessed session values, or values of another deployment. Said only when everything the name could
 * still hold is remembered, or when this very session was given another value; names that script rewrites are
 * learned and left out. Someone who refuses cookies cannot do this. Evasion: present values that were issued,
 * which means to fetch them first.
 */
export const cookieNeverIssued: OrchestrationDetector = {
  name: "cookie-never-issued",
  axis: "orchestration",
  group: "jar-impossible",
  personaProof: true,

  inspect(subject) {
    return ledgerSignal(cookieNeverIssued, "neverIssued", subject);
  },
};
