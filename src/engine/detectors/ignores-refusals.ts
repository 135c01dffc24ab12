import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

const repeatsMin = 5;
const natsMax = 3;

/**
 * Notices clients that go on within two seconds of being refused by the application (401, 403, 429), again and again.
 *
 * A person reads the message or leaves. Only the origin's own refusals count, never ours. Benign causes: an open tab
 * whose calls fail after logout; calls of pages come with a page, which the other detectors see. Evasion: back off.
 */
export const ignoresRefusals: Detector = {
  name: "ignores-refusals",
  axis: "errors",
  group: "errors",
  needs: { counter: "afterDenial", least: repeatsMin },

  inspect(subject) {
    const repeats = subject.get(counter.afterDenial);
    if (repeats < repeatsMin) return undefined;
    const nats = Math.min(natsMax, Math.log(repeats / (repeatsMin - 1)) + 0.3);
    return {
      detector: "ignores-refusals",
      axis: "errors",
      group: "errors",
      nats,
      evidence: { repeats: subject.about(counter.afterDenial), refusals: subject.about(counter.denied) },
    };
  },
};
