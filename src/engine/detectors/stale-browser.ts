import type { Detector } from "./detector.ts";

const behindMin = 12;
const natsMax = 1.5;

/**
 * Notices a browser version far behind what people use at this site.
 *
 * Browsers update themselves; versions copied from an old list do not. The usual version is learned from clients that
 * load pages like people, one vote each, so no list is needed. This is presentation, capped: old phones and locked-down
 * offices are people. Evasion: a current user agent.
 */
export const staleBrowser: Detector = {
  name: "stale-browser",
  axis: "presentation",
  group: "presentation",

  inspect(subject) {
    const behind = subject.site.versionsBehind(subject.agent.family, subject.agent.major);
    if (behind < behindMin) return undefined;
    const nats = Math.min(natsMax, 0.5 + (behind - behindMin) * 0.05);
    return {
      detector: "stale-browser",
      axis: "presentation",
      group: "presentation",
      nats,
      evidence: { version: subject.agent.major, behind: Math.round(behind) },
    };
  },
};
