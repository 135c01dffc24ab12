import { cookieDuplicate } from "./cookie-duplicate.ts";
import { cookieGhost } from "./cookie-ghost.ts";
import { cookieMissing } from "./cookie-missing.ts";
import { cookieNeverIssued } from "./cookie-never-issued.ts";
import { cookieOrder } from "./cookie-order.ts";
import { cookieOutOfScope } from "./cookie-out-of-scope.ts";
import { cookieStale } from "./cookie-stale.ts";
import { jarMaturity } from "./jar-maturity.ts";
import { jsCookiesAbsent } from "./js-cookies-absent.ts";
import type { OrchestrationDetector } from "./orchestration-detector.ts";
import { preconditionMissed } from "./precondition-missed.ts";
import { tokenWithoutIssuance } from "./token-without-issuance.ts";

/** Every detector that reads the ledger or the intent graph, in the order reports list them. */
/** Those that speak only of a jar in which something went wrong (`LedgerRow.broken`). */
export const jarDetectors: readonly OrchestrationDetector[] = [
  cookieMissing,
  cookieStale,
  cookieNeverIssued,
  cookieOutOfScope,
  cookieGhost,
  cookieDuplicate,
];

export const orchestrationDetectors: readonly OrchestrationDetector[] = [
  ...jarDetectors,
  cookieOrder,
  jsCookiesAbsent,
  preconditionMissed,
  tokenWithoutIssuance,
  jarMaturity,
];
