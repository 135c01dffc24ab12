import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

/** People do not read robots.txt or site maps: about one visitor in five hundred does, for search optimisation. */
const natsRobots = 3.2;
const natsMore = 0.3;
/** Whoever works on a site reads its robots.txt some day: with this many pages behind them people are twice as likely to. */
const pagesPerDoubling = 10;
const exposureMax = 6;

/**
 * Notices clients that read `robots.txt`, `llms.txt` or site maps.
 *
 * These files are written for machines; a client that asks for them is one, politely. `.well-known` is left out: phones
 * and password managers read it for people. Benign causes: people curious about a site's structure, extensions for
 * search optimisation, and whoever builds the site: the longer somebody has been reading pages, the likelier it is that one of
 * them was this one, so a crawler's single look on arrival weighs more than an author's after an afternoon. Evasion: not asking, which costs a crawler its site map.
 */
export const robotsBehaviour: Detector = {
  name: "robots-behaviour",
  axis: "self-description",
  group: "robots",
  needs: { counter: "robots", least: 1 },

  inspect(subject) {
    const robots = subject.get(counter.robots);
    if (robots === 0) return undefined;
    const exposure = Math.min(exposureMax, 1 + subject.get(counter.pages) / pagesPerDoubling);
    const nats = natsRobots + Math.min(4, robots - 1) * natsMore - Math.log(exposure);
    return {
      detector: "robots-behaviour",
      axis: "self-description",
      group: "robots",
      nats,
      evidence: { requests: robots },
    };
  },
};
