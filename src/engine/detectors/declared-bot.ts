import type { Detector } from "./detector.ts";

/**
 * Notes that the client says it is a bot: its user agent is in a catalogue of crawlers and tools.
 *
 * What a client says against its own interest may be believed. It decides the kind (`declared-bot`), not the score's
 * behaviour; whether the name is true is for verification. Evasion: say nothing, which is what the rest is for.
 */
export const declaredBot: Detector = {
  name: "declared-bot",
  axis: "presentation",
  group: "presentation",

  inspect(subject) {
    const { declared } = subject.agent;
    if (declared === "") return undefined;
    return {
      detector: "declared-bot",
      axis: "presentation",
      group: "presentation",
      nats: 2,
      evidence: { name: declared },
    };
  },
};
