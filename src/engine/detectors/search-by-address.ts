import { type ConductDetector, uncounted } from "./conduct-detector.ts";

const searchesLeast = 2;
const natsPerSearch = 0.4;
const natsMax = 1.2;

/**
 * Notices searches and filters that are written into the address, without a page of the site that they come from: agents
 * learn the form of a search once and then write its address themselves.
 *
 * Benign causes: search keywords of a browser, browsers that strip referers, bookmarks of searches. Evasion: use the form.
 */
export const searchByAddress: ConductDetector = {
  name: "search-by-address",
  axis: "conduct",
  group: "conduct",

  inspect({ searches }) {
    if (searches < searchesLeast) return undefined;
    return { nats: Math.min(natsMax, (searches - searchesLeast + 1) * natsPerSearch), evidence: { searches } };
  },

  prior: uncounted,
  able: ({ searches, pages }) => searches > 0 || pages >= 3,
};
