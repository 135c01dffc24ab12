import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

const natsFirst = 0.8;
const natsMax = 2.5;

/**
 * Counts requests whose bytes were odd: forbidden characters, conflicting lengths, broken encodings.
 *
 * Hostile input is evidence, not an error. Browsers write correct requests; probes and hand-made clients do not. Benign
 * causes: broken links with unescaped characters, middleboxes. Evasion: write correct requests.
 */
export const wireOddities: Detector = {
  name: "wire-oddities",
  axis: "wire",
  group: "wire",
  needs: { counter: "oddities", least: 1 },

  inspect(subject) {
    const oddities = subject.get(counter.oddities);
    if (oddities === 0) return undefined;
    const share =
      oddities /
      Math.max(oddities, subject.get(counter.pages) + subject.get(counter.assets) + subject.get(counter.api));
    const nats = Math.min(natsMax, natsFirst * share * Math.sqrt(oddities));
    if (nats < 0.1) return undefined;
    return {
      detector: "wire-oddities",
      axis: "wire",
      group: "wire",
      nats,
      evidence: { requests: subject.about(counter.oddities) },
    };
  },
};
