import { counter } from "../features/counters.ts";
import { carryNats } from "./carry-test.ts";
import type { Detector } from "./detector.ts";

const natsMin = 0.05;

/**
 * Compares how often this client fetches what a page needs (images, scripts, style sheets, calls of the page's own
 * code) with how often people's browsers do at this site, page template by page template.
 *
 * Fetching a page's parts is the cheapest sign of a browser and of a person behind it; readers of pages only do not.
 * Speaks in both directions: a client that fetches them like a person is given negative nats. Benign causes of absence:
 * text browsers, data savers, pages served from a cache or an AMP viewer, a site whose parts come from elsewhere (then
 * nobody fetches them here, and the detector stays silent). Evasion: fetch the parts, at many times the traffic.
 */
export const missingSubresources: Detector = {
  name: "missing-subresources",
  axis: "side-effects",
  group: "omissions",
  needs: { counter: "pagesExpecting", least: 1 },

  inspect(subject) {
    const pages = subject.get(counter.pagesExpecting);
    if (pages === 0) return undefined;
    const loaded = subject.get(counter.pagesClosed);
    const { mean, absence } = subject.site.habits.subresources;
    const nats = carryNats(loaded, pages, { mean, absence });
    if (Math.abs(nats) < natsMin) return undefined;
    const evidence = {
      pages: subject.about(counter.pagesExpecting),
      loaded: subject.about(counter.pagesClosed),
      usual: mean,
    };
    return { detector: "missing-subresources", axis: "side-effects", group: "omissions", nats, evidence };
  },
};
