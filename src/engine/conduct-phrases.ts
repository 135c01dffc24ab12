import type { Phrase } from "./phrases.ts";

const silent = (): string => "";

/** Words for the detectors of how steps are made. */
export const conductPhrases: Readonly<Record<string, Phrase>> = {
  "text-versions": {
    speaks: (e) => `read ${e.texts} texts that are written for programs`,
    excuses: silent,
    unless: "it had read the pages themselves",
  },
  "dwell-follows-length": {
    speaks: (e) => `paused longer the longer the page was, over ${e.pages} pages (correlation ${e.correlation})`,
    excuses: silent,
    unless: "its pauses had not followed the length of pages",
  },
  "straight-walk": {
    speaks: (e) => `walked ${e.steps} links on without ever turning back to an earlier page`,
    excuses: silent,
    unless: "it had turned back now and then",
  },
  "unlinked-tabs": {
    speaks: (e) => `opened ${e.pages} pages within a second of others that do not lead there`,
    excuses: silent,
    unless: "its pages had been opened one by one or from a page",
  },
  "form-haste": {
    speaks: (e) => `sent ${e.hasty} of ${e.forms} forms within a second of their page`,
    excuses: silent,
    unless: "it had taken the time to fill its forms in",
  },
  "parts-in-turn": {
    speaks: (e) => `fetched ${e.parts} parts of pages one after the other, where browsers ask for many at once`,
    excuses: silent,
    unless: "it had fetched parts of pages at once",
  },
  "pictures-never": {
    speaks: (e) => `loaded ${e.parts} scripts and style sheets and never a picture`,
    excuses: silent,
    unless: "it had loaded pictures",
  },
  "search-by-address": {
    speaks: (e) => `searched ${e.searches} times by an address it wrote itself`,
    excuses: silent,
    unless: "it had searched through the site's form",
  },
};
