import { type ConductDetector, uncounted } from "./conduct-detector.ts";

const partsLeast = 8;
const nats = 1;

/**
 * Notices sessions that load scripts and style sheets and never a picture or a font, where others do: driven browsers are
 * often told to leave out what only eyes need.
 *
 * Benign causes: assistive technology, data savers, pages without pictures (there everybody does it, and it is not
 * counted). Evasion: load them, at several times the traffic.
 */
export const picturesNever: ConductDetector = {
  name: "pictures-never",
  axis: "conduct",
  group: "conduct",

  inspect({ pictures, otherParts }) {
    if (pictures > 0 || otherParts < partsLeast) return undefined;
    return { nats, evidence: { parts: otherParts } };
  },

  prior: uncounted,
  able: ({ pictures, otherParts }) => pictures + otherParts >= partsLeast,
};
