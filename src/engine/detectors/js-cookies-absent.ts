import type { OrchestrationDetector } from "./orchestration-detector.ts";

/** Pages and later requests before the absence of script's cookies means that no script ran. */
const pagesMin = 2;
const chancesMin = 3;
/** Share of page-fetching bots that run no script. Design value. */
const scriptlessShare = 0.85;
const natsMin = 0.05;

/**
 * Finds a client that fetches pages but never brings the cookies that the pages' script sets: no JavaScript ran.
 *
 * Which names script sets is learned (honest clients carry them, no answer issues them), so nothing of ours runs
 * in the page. About one visitor in a hundred blocks or loses script, so this saturates near four nats.
 * Evasion: run a browser, or harvest these cookies from one; their values age and must fit each other.
 */
export const jsCookiesAbsent: OrchestrationDetector = {
  name: "js-cookies-absent",
  axis: "orchestration",
  group: "script-blocked",
  personaProof: false,

  inspect({ ledger, intent }) {
    if (!ledger.observed || intent.pages < pagesMin || intent.scriptChances < chancesMin || intent.scriptSeen) {
      return undefined;
    }
    const honest = intent.scriptAbsence;
    if (honest === undefined) return undefined;
    const nats = Math.log(scriptlessShare) - Math.log(honest);
    if (nats < natsMin) return undefined;
    const evidence = { pages: intent.pages, chances: intent.scriptChances };
    return { detector: "js-cookies-absent", axis: "orchestration", group: "script-blocked", nats, evidence };
  },
};
