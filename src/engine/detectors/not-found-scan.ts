import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

const missesMin = 5;
/** Share of dead pages that people meet. Design value; scanners live from guesses. */
const peopleShare = 0.03;
const natsMax = 5;

/**
 * Notices clients most of whose page requests lead nowhere (404 or 410): they guess addresses instead of following links.
 *
 * Parts of pages are left out, because broken images are the site's fault. Benign causes: a relaunch that broke many
 * links, an old bookmark list, a mirror checking dead links. Evasion: ask only for what exists.
 */
export const notFoundScan: Detector = {
  name: "not-found-scan",
  axis: "errors",
  group: "scan",
  needs: { counter: "notFound", least: missesMin },

  inspect(subject) {
    const misses = subject.get(counter.notFound);
    if (misses < missesMin) return undefined;
    const pages = Math.max(misses, subject.get(counter.pages));
    const share = misses / pages;
    if (share < 3 * peopleShare) return undefined;
    // Binomial log-likelihood ratio of the seen share against people's, shrunk to a third: misses come in clumps.
    const hit = share >= 1 ? 0 : (1 - share) * Math.log((1 - share) / (1 - peopleShare));
    const nats = Math.min(natsMax, (pages * (share * Math.log(share / peopleShare) + hit)) / 3);
    return {
      detector: "not-found-scan",
      axis: "errors",
      group: "scan",
      nats,
      evidence: { misses: subject.about(counter.notFound), pages: subject.about(counter.pages) },
    };
  },
};
