import { type ConductDetector, uncounted } from "./conduct-detector.ts";

const pairsLeast = 10;
const togetherShareMax = 0.05;
const nats = 1.2;

/**
 * Notices sub-resources that are fetched one after the other, each when the one before was answered: browsers ask for
 * many at once.
 *
 * A client that follows the page's links to its parts to look like a browser mostly does it in a loop. Unknown where the
 * connector does not show how long answers take. Benign causes: pages whose parts need one another, sites whose answers are
 * faster than a browser's next request (there everybody does it, and it is not counted). Evasion: fetch in parallel.
 */
export const partsInTurn: ConductDetector = {
  name: "parts-in-turn",
  axis: "conduct",
  group: "conduct",

  inspect({ partsInTurn: inTurn, partsTogether: together }) {
    const pairs = inTurn + together;
    if (pairs < pairsLeast || together > togetherShareMax * pairs) return undefined;
    return { nats, evidence: { parts: pairs } };
  },

  prior: uncounted,
  able: ({ partsInTurn: inTurn, partsTogether: together }) => inTurn + together >= pairsLeast,
};
