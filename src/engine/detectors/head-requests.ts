import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

const headsMin = 3;
const natsMax = 4.5;

/**
 * Notices clients that mostly ask for heads of pages (HEAD): link checkers and monitors.
 *
 * Browsers send HEAD only from scripts, between pages that they load (AMP runtimes do), so the share counts. Benign
 * causes: download managers, previewers. Evasion: GET.
 */
export const headRequests: Detector = {
  name: "head-requests",
  axis: "side-effects",
  group: "methods",
  needs: { counter: "heads", least: headsMin },

  inspect(subject) {
    const heads = subject.get(counter.heads);
    const all = subject.get(counter.pages) + subject.get(counter.assets) + subject.get(counter.api);
    if (heads < headsMin || heads * 2 < all) return undefined;
    const nats = Math.min(natsMax, 1 + 0.5 * (heads - headsMin + 1));
    return {
      detector: "head-requests",
      axis: "side-effects",
      group: "methods",
      nats,
      evidence: { heads: subject.about(counter.heads), requests: subject.requests },
    };
  },
};
