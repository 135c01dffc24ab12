import { assetReferers } from "./asset-referers.ts";
import { authFailures } from "./auth-failures.ts";
import { authSpeed } from "./auth-speed.ts";
import { authSpread } from "./auth-spread.ts";
import { conditionalRequests } from "./conditional-requests.ts";
import { conductDetectors } from "./conduct-detectors.ts";
import { cookiesNotReturned } from "./cookies-not-returned.ts";
import { declaredBot } from "./declared-bot.ts";
import type { Detector } from "./detector.ts";
import { enumeration } from "./enumeration.ts";
import { fixedPeriod } from "./fixed-period.ts";
import { headRequests } from "./head-requests.ts";
import { headerShape } from "./header-shape.ts";
import { hostingNetwork } from "./hosting-network.ts";
import { idWalk } from "./id-walk.ts";
import { ignoresRedirects } from "./ignores-redirects.ts";
import { ignoresRefusals } from "./ignores-refusals.ts";
import { languageGeography } from "./language-geography.ts";
import { missingSubresources } from "./missing-subresources.ts";
import { notFoundScan } from "./not-found-scan.ts";
import { orchestrationDetectors } from "./orchestration-detectors.ts";
import { presentationConsistency } from "./presentation-consistency.ts";
import { refererClosure } from "./referer-closure.ts";
import { requestRhythm } from "./request-rhythm.ts";
import { robotsBehaviour } from "./robots-behaviour.ts";
import { sessionBeforeAuthentication } from "./session-before-authentication.ts";
import { staleBrowser } from "./stale-browser.ts";
import { uaRotation } from "./ua-rotation.ts";
import { userAgentMalformed } from "./user-agent-malformed.ts";
import { wireOddities } from "./wire-oddities.ts";

/** Every detector of the fast lane that reads a feature row alone. */
export const detectors: readonly Detector[] = [
  missingSubresources,
  refererClosure,
  assetReferers,
  cookiesNotReturned,
  sessionBeforeAuthentication,
  robotsBehaviour,
  fixedPeriod,
  requestRhythm,
  idWalk,
  enumeration,
  notFoundScan,
  authFailures,
  authSpread,
  authSpeed,
  ignoresRedirects,
  ignoresRefusals,
  headRequests,
  conditionalRequests,
  wireOddities,
  headerShape,
  uaRotation,
  presentationConsistency,
  staleBrowser,
  userAgentMalformed,
  hostingNetwork,
  languageGeography,
  declaredBot,
];

/** Names of all detectors, of this list, of the ledger's and of conduct's. */
export const detectorNames: readonly string[] = [...detectors, ...orchestrationDetectors, ...conductDetectors].map(
  ({ name }) => name,
);
