import type { Detector } from "./detector.ts";

const agentsMin = 3;
const pagesMin = 6;
const natsMax = 2;

/**
 * Notices an address on which several user agents take turns and none of them fetches what its pages need.
 *
 * An office behind one address also shows many user agents, and their browsers load pages fully; a rotating scraper
 * shows many names and one behaviour. This is presentation: it speeds a verdict up and never decides one. Evasion: one
 * address per user agent.
 */
export const uaRotation: Detector = {
  name: "ua-rotation",
  axis: "presentation",
  group: "presentation",

  inspect(subject) {
    const { agents, pages, assets, switches } = subject.address;
    if (agents < agentsMin || pages < pagesMin || assets * 10 > pages || switches * 5 < pages) return undefined;
    const nats = Math.min(natsMax, 0.6 * (agents - agentsMin + 1) + 0.4);
    return {
      detector: "ua-rotation",
      axis: "presentation",
      group: "presentation",
      nats,
      evidence: { userAgents: agents, switches, pages },
    };
  },
};
