import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

const gapsMin = 8;
/** Timing is cheap to fake, so its word is worth at most two nats in one session. */
const natsMax = 2;
const natsMinimum = -1;
/** Spread of ln(seconds) between pages of people: reading some, skipping others. Design value. */
const humanDeviation = 1.1;

/**
 * Compares the pace of page views with the pace of people at this site: how long between two pages, and how much
 * that varies.
 *
 * People read some pages and skip others, so their gaps spread over two orders of magnitude; programs wait as long as
 * they were told, or not at all. Counts page views only, never the parts a browser fetches by itself. Benign causes:
 * opening a dozen tabs at once, skimming a gallery. Evasion: sample pauses from people's distribution, which is why the
 * detector is capped at two nats and the cohort tests look at the law as a whole.
 */
export const requestRhythm: Detector = {
  name: "request-rhythm",
  axis: "rhythm",
  group: "timing",
  needs: { counter: "gaps", least: gapsMin },

  inspect(subject) {
    const gaps = subject.get(counter.gaps);
    if (gaps < gapsMin) return undefined;
    const n = Math.min(gaps, 120);
    const deviation = Math.max(0.1, subject.logGapDeviation(n));
    const sureness = Math.min(1, n / 40);
    // How much narrower than people the gaps spread, and how much faster they are, in people's own units.
    const narrow = Math.log(humanDeviation / deviation);
    const fast = (subject.site.pace - subject.logGapMean) / humanDeviation;
    const quick = subject.get(counter.quickGaps) / gaps;
    const nats = Math.max(
      natsMinimum,
      Math.min(natsMax, sureness * (narrow + Math.max(0, fast - 0.7) + quick * 1.5 - 0.2)),
    );
    if (Math.abs(nats) < 0.1) return undefined;
    const evidence = {
      gaps: subject.about(counter.gaps),
      seconds: Math.round(Math.exp(subject.logGapMean) * 10) / 10,
      spread: Math.round(deviation * 100) / 100,
      usual: Math.round(Math.exp(subject.site.pace) * 10) / 10,
    };
    return { detector: "request-rhythm", axis: "rhythm", group: "timing", nats, evidence };
  },
};
