import { type ConductDetector, uncounted } from "./conduct-detector.ts";

const natsFirst = 1;
const natsMore = 0.4;
const natsMax = 2;

/**
 * Notices sessions that read what is written for programs: `llms.txt`, Markdown versions of pages, robots.txt or site maps
 * before the first page.
 *
 * Agents that work for a person look for a text they can read cheaply. How many of this site's visitors do so bounds what
 * it says: a documentation site whose readers open `.md` files learns to ignore it. Benign causes: people who write the
 * site, reader extensions. Evasion: read the pages.
 */
export const textVersions: ConductDetector = {
  name: "text-versions",
  axis: "conduct",
  group: "conduct",

  inspect({ texts }) {
    if (texts === 0) return undefined;
    return { nats: Math.min(natsMax, natsFirst + (texts - 1) * natsMore), evidence: { texts } };
  },

  prior: uncounted,
  able: () => true,
};
