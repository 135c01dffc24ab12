import { type ConductDetector, uncounted } from "./conduct-detector.ts";

const tabsLeast = 2;
const natsPerTab = 0.5;
const natsMax = 1.5;

/**
 * Notices pages opened within a second of one another without a link from any: one program that fetches several
 * addresses of its list at once.
 *
 * People open several tabs from one page, and each of those names it. Benign causes: a browser that restores its tabs after
 * a restart, bookmarks opened as a folder, browsers that strip referers. Evasion: one after the other, or a referer.
 */
export const unlinkedTabs: ConductDetector = {
  name: "unlinked-tabs",
  axis: "conduct",
  group: "conduct",

  inspect({ tabs }) {
    if (tabs < tabsLeast) return undefined;
    return { nats: Math.min(natsMax, (tabs - tabsLeast + 1) * natsPerTab), evidence: { pages: tabs } };
  },

  prior: uncounted,
  able: ({ pages }) => pages >= 3,
};
