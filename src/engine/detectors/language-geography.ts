import type { Detector } from "./detector.ts";

/** Travellers, expatriates and users of VPNs are some percent of every country's visitors. */
const nats = 0.5;

/**
 * Notes a browser that asks for a language which is rare in its address's country and common on the site otherwise.
 *
 * Programs behind rotating addresses keep the language they were written with. Learned from the site's own visitors; silent
 * until a country was seen 200 times, and where no database of countries is configured. Presentation, half a nat. Benign
 * causes: travellers, expatriates, VPNs. Evasion: ask for the language of each exit's country.
 */
export const languageGeography: Detector = {
  name: "language-geography",
  axis: "presentation",
  group: "presentation",

  inspect(subject) {
    if (!subject.foreignLanguage || subject.agent.declared !== "") return undefined;
    return { detector: "language-geography", axis: "presentation", group: "presentation", nats, evidence: {} };
  },
};
