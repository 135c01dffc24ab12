import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

/** People do not read robots.txt or site maps: about one visitor in five hundred does, for search optimisation. */
const natsRobots = 3.2;
const natsMore = 0.6;

/**
 * Notices clients that read `robots.txt`, `llms.txt` or site maps.
 *
 * These files are written for machines; a client that asks for them is one, politely. `.well-known` is left out: phones
 * and password managers read it for people. Benign causes: people curious about a site's structure, extensions for
 * search optimisation. Evasion: not asking, which costs a crawler its site map.
 */
export const robotsBehaviour: Detector = {
  name: "robots-behaviour",
  axis: "self-description",
  group: "robots",

  inspect(subject) {
    const robots = subject.get(counter.robots);
    if (robots === 0) return undefined;
    const nats = natsRobots + Math.min(4, robots - 1) * natsMore;
    return {
      detector: "robots-behaviour",
      axis: "self-description",
      group: "robots",
      nats,
      evidence: { requests: robots },
    };
  },
};
