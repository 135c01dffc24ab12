import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

/** People who page through a list take fewer neighbouring steps than this. */
const stepsMin = 8;
const natsPerStep = 0.4;
const natsMax = 6;
/** Share of identifiers that must be neighbours: a list's page numbers walk too, between visits to its items. */
const shareMin = 0.5;

/**
 * Finds a session that walks object ids in order: `/orders/1`, `/orders/2`, …
 *
 * People reach objects through lists and searches, so their ids jump about. Scrapers and broken-authorisation probes
 * read the table instead. Benign causes: paging through a long list or a comic; such a client fetches the pages' parts
 * and names the page before, which speaks for it. Evasion: shuffled ids, which `enumeration` covers; this one stays
 * exact and cheap.
 */
export const idWalk: Detector = {
  name: "id-walk",
  axis: "enumeration",
  group: "enumeration",
  needs: { counter: "walkSteps", least: stepsMin },

  inspect(subject) {
    const steps = subject.get(counter.walkSteps);
    const requests = subject.get(counter.idRequests);
    if (steps < stepsMin || steps < requests * shareMin) return undefined;
    const nats = Math.min(natsMax, (steps - stepsMin + 1) * natsPerStep);
    const evidence = { steps: subject.about(counter.walkSteps), identifiers: subject.about(counter.idRequests) };
    return { detector: "id-walk", axis: "enumeration", group: "enumeration", nats, evidence };
  },
};
