import { counter } from "../features/counters.ts";
import { carryNats } from "./carry-test.ts";
import type { Detector } from "./detector.ts";

const natsMin = 0.05;

/**
 * Asks of every page after the first whether it names the page it was reached from, and whether this client really
 * fetched that page before.
 *
 * People arrive by links; a list of addresses has none. A made-up referer is no help: it must name a page of this site
 * that this client fetched. Arrivals from other sites count neither way. Benign causes: referer strippers, sites with a
 * `no-referrer` policy (then nobody sends one, and the detector stays silent). Evasion: crawl by links and send the
 * true referer, as some crawling frameworks do; sub-resources and pace remain.
 */
export const refererClosure: Detector = {
  name: "referer-closure",
  axis: "side-effects",
  group: "omissions",
  needs: { counter: "linkChances", least: 1 },

  inspect(subject) {
    const chances = subject.get(counter.linkChances);
    if (chances === 0) return undefined;
    const { mean, absence } = subject.site.habits.links;
    const nats = carryNats(subject.get(counter.linkClosed), chances, { mean, absence });
    if (Math.abs(nats) < natsMin) return undefined;
    const evidence = {
      pages: subject.about(counter.linkChances),
      reached: subject.about(counter.linkClosed),
      unseen: subject.about(counter.linkUnseen),
      usual: mean,
    };
    return { detector: "referer-closure", axis: "side-effects", group: "omissions", nats, evidence };
  },
};
