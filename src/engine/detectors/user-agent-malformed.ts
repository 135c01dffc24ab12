import type { Detector } from "./detector.ts";

/**
 * Notices user agents that no browser sends: a grammar slip, an engine that contradicts itself, none at all.
 *
 * This is presentation, capped: some privacy tools and old devices send strange ones. Evasion: copy one correctly.
 */
export const userAgentMalformed: Detector = {
  name: "user-agent-malformed",
  axis: "presentation",
  group: "presentation",

  inspect(subject) {
    const { malformed } = subject.agent;
    if (malformed === "") return undefined;
    return {
      detector: "user-agent-malformed",
      axis: "presentation",
      group: "presentation",
      nats: 1.5,
      evidence: { reason: malformed },
    };
  },
};
