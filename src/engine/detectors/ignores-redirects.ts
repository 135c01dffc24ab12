import { counter } from "../features/counters.ts";
import { carryNats } from "./carry-test.ts";
import type { Detector } from "./detector.ts";

const natsMin = 0.05;

/**
 * Counts redirects that were not followed.
 *
 * Every browser follows a redirect at once; a client that asks for the next address on its list instead reads answers,
 * it does not browse. Redirects to other hosts are no chance, since the arrival could not be seen. Benign causes: load
 * that was aborted, link checkers, a site that redirects to a host this log does not cover (then nobody is seen to
 * arrive, and the detector stays silent). Evasion: follow them.
 */
export const ignoresRedirects: Detector = {
  name: "ignores-redirects",
  axis: "side-effects",
  group: "redirects",
  needs: { counter: "redirectChances", least: 1 },

  inspect(subject) {
    const chances = subject.get(counter.redirectChances);
    if (chances === 0) return undefined;
    const { mean, absence } = subject.site.habits.redirects;
    const nats = carryNats(subject.get(counter.redirectsFollowed), chances, { mean, absence });
    // Following proves nothing: every library does so by default.
    if (nats < natsMin) return undefined;
    const evidence = {
      redirects: subject.about(counter.redirectChances),
      followed: subject.about(counter.redirectsFollowed),
    };
    return { detector: "ignores-redirects", axis: "side-effects", group: "redirects", nats, evidence };
  },
};
