import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

const identifiersMin = 20;
const natsMax = 3;

/**
 * Finds a session that goes through the objects of one endpoint without ever coming back to one, without lists and
 * without links between them.
 *
 * People look at some objects twice and reach each through a list. The detector counts new identifiers of one endpoint
 * against revisits and pages reached by a link. Benign causes: long browsing in a shop with endless scrolling; there
 * the links are named. Evasion: mix in revisits and lists, at the price of that many more requests.
 */
export const enumeration: Detector = {
  name: "enumeration",
  axis: "enumeration",
  group: "enumeration",
  needs: { counter: "idRequests", least: identifiersMin },

  inspect(subject) {
    const identifiers = subject.get(counter.idRequests);
    if (identifiers < identifiersMin) return undefined;
    const pages = Math.max(1, subject.get(counter.pages) + subject.get(counter.api));
    const linked = subject.get(counter.linkClosed) / pages;
    const revisited = Math.max(0, subject.get(counter.revisits) - subject.get(counter.walkSteps)) / pages;
    const concentrated = Math.min(1, identifiers / pages);
    const nats = Math.min(
      natsMax,
      Math.log(identifiers / (identifiersMin / 2)) * concentrated * (1 - 2 * linked - 4 * revisited),
    );
    if (nats < 0.2) return undefined;
    const evidence = { identifiers: subject.about(counter.idRequests), revisits: subject.about(counter.revisits) };
    return { detector: "enumeration", axis: "enumeration", group: "enumeration", nats, evidence };
  },
};
