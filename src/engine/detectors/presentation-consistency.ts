import { slip } from "../presentation/presentation-slips.ts";
import type { Detector } from "./detector.ts";

const natsOf = { hints: 1.5, headers: 0.8, connection: 1.5 } as const;
const natsMax = 2;

/**
 * Compares what a client says about itself in different places: its user agent against its client hints, against the
 * headers that a browser of that age always sends, and against the class of its TLS hello and HTTP/2 opening.
 *
 * A browser is one program and says one thing; a library that borrows a browser's name forgets the rest. This is
 * presentation: at most two nats, whatever is seen. Benign causes: privacy proxies that strip headers, embedded browsers of
 * applications, devices that spoof a desktop's name. Evasion: drive a real browser, or copy one with care.
 */
export const presentationConsistency: Detector = {
  name: "presentation-consistency",
  axis: "presentation",
  group: "presentation",

  inspect(subject) {
    const { slips } = subject;
    // Family 0: no browser is claimed, or user agents are masked for this run.
    if (slips === 0 || subject.agent.declared !== "" || subject.agent.family === 0) return undefined;
    const found = (["hints", "headers", "connection"] as const).filter((kind) => (slips & slip[kind]) !== 0);
    const nats = Math.min(
      natsMax,
      found.reduce((sum, kind) => sum + natsOf[kind], 0),
    );
    return {
      detector: "presentation-consistency",
      axis: "presentation",
      group: "presentation",
      nats,
      evidence: { contradicts: found.join(" and ") },
    };
  },
};
