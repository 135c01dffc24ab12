import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

const natsPerAnswer = 0.35;
const natsMost = -1.2;

/**
 * Speaks for clients whose requests are answered 304 Not Modified: they keep a cache, as browsers do, and came back.
 *
 * Only counts beside page parts; feed readers and some crawlers revalidate pages too. Evasion (to look better): keep a
 * cache, which saves our bandwidth; the credit is small.
 */
export const conditionalRequests: Detector = {
  name: "conditional-requests",
  axis: "side-effects",
  group: "cache",
  needs: { counter: "conditional", least: 1 },

  inspect(subject) {
    const answers = subject.get(counter.conditional);
    if (answers === 0 || subject.get(counter.assetsReferred) === 0) return undefined;
    const nats = Math.max(natsMost, -natsPerAnswer * answers);
    return {
      detector: "conditional-requests",
      axis: "side-effects",
      group: "cache",
      nats,
      evidence: { answers: subject.about(counter.conditional) },
    };
  },
};
