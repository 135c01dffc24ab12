import { counter } from "../features/counters.ts";
import type { Detector } from "./detector.ts";

const chancesMin = 3;
const natsMax = 2;

/**
 * Notices page requests of one session whose headers come in changing order, case or choice.
 *
 * One browser sends one kind of request in one shape; rotating header sets betray the rotation. This is presentation:
 * it speeds a verdict up and never decides one. Benign causes: extensions, a proxy on the way, an address shared by
 * several people without cookies. Evasion: one shape per session.
 */
export const headerShape: Detector = {
  name: "header-shape",
  axis: "presentation",
  group: "presentation",
  needs: { counter: "shapeChances", least: chancesMin },

  inspect(subject) {
    const chances = subject.get(counter.shapeChances);
    const changes = subject.get(counter.shapeChanges);
    if (chances < chancesMin || changes * 3 < chances) return undefined;
    const nats = Math.min(natsMax, 0.4 * changes);
    return {
      detector: "header-shape",
      axis: "presentation",
      group: "presentation",
      nats,
      evidence: { pages: chances, changes },
    };
  },
};
