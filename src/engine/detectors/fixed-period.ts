import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

const gapsMin = 6;
/** People's gaps vary by more than half their mean; timers by the network's jitter and the log's whole seconds. */
const variationMax = 0.12;
const natsPerGap = 0.35;
const natsMax = 6;
/** A timer below this is a retry loop or a page that reloads its parts, and belongs to the pace. */
const periodSecondsMin = 5;

/**
 * Notices page views at a fixed period: a timer, as monitors and schedulers have it.
 *
 * The evidence is the spread of the gaps relative to their mean (coefficient of variation), after enough gaps. Calls of
 * a page's own code are left out, because open tabs poll. Benign causes: pages that reload themselves, dashboards on a
 * wall; these fetch their parts as well, which speaks for them. Evasion: random pauses; then the law of pauses as a
 * whole is compared over a cohort.
 */
export const fixedPeriod: Detector = {
  name: "fixed-period",
  axis: "rhythm",
  group: "period",
  needs: { counter: "gaps", least: gapsMin },

  inspect(subject) {
    const gaps = subject.get(counter.gaps);
    if (gaps < gapsMin) return undefined;
    const mean = subject.gapMean;
    if (mean < periodSecondsMin) return undefined;
    const variation = subject.gapDeviation(Math.min(gaps, 120)) / mean;
    if (variation > variationMax) return undefined;
    const nats = Math.min(natsMax, (gaps - gapsMin + 1) * natsPerGap * (1 - variation / variationMax / 2));
    const evidence = {
      seconds: Math.round(mean * 10) / 10,
      variation: Math.round(variation * 1000) / 1000,
      gaps: subject.about(counter.gaps),
    };
    return { detector: "fixed-period", axis: "rhythm", group: "period", nats, evidence };
  },
};
