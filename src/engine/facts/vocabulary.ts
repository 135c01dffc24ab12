import { tagNames, type Variable, type Vocabulary, type WordFunction } from "#policy";
import { detectorNames } from "../detectors/index.ts";
import { allFields } from "./fields/index.ts";
import { eventWords, keyWords, valueWords, windowWords } from "./words.ts";

/** Signals that parts of the engine raise beside the detectors. */
const partSignals: readonly string[] = [
  "convicted-cohort",
  "catalogue-sweep",
  "takeover-chain",
  "second-factor-fatigue",
  "jar-in-many-places",
  "impossible-travel",
  "network-risk",
  "learned-behaviour",
  "learned-presentation",
  "verified-people",
  "proven-before",
  "remembered-verdict",
];

const functions: readonly WordFunction[] = [
  {
    name: "count",
    parameters: [
      { name: "event", words: eventWords },
      { name: "key", words: keyWords },
      { name: "window", words: windowWords },
    ],
    description:
      "Events of a kind for whoever the request's key names, in the window that ends now: the request at hand is counted, its answer is not yet. `<tag>.told` are steps that the application told of in product events. A sliding estimate, within a few per cent.",
  },
  {
    name: "distinct",
    parameters: [
      { name: "value", words: valueWords },
      { name: "key", words: keyWords },
      { name: "window", words: windowWords },
    ],
    description:
      "Different values that the key showed in the last one to two windows; exact to about one up to ten, at most 710.",
  },
  {
    name: "visits",
    parameters: [{ name: "tag", words: tagNames }],
    description: "Steps of this tag that the session has taken, the request at hand included; at most 255.",
  },
  {
    name: "failures",
    parameters: [{ name: "tag", words: tagNames }],
    description: "Steps of this tag that the application refused in this session (4xx, 5xx, or sent back to the step).",
  },
  {
    name: "successes",
    parameters: [{ name: "tag", words: tagNames }],
    description: "Steps of this tag that the application accepted in this session.",
  },
  {
    name: "since",
    parameters: [{ name: "tag", words: tagNames }],
    description:
      "Seconds since the session last took a step of this tag, the request at hand not counted; unknown when it never did.",
  },
];

/** Everything rules may read: one list, from which the language, the page of docs and the index are made. */
export const ruleVocabulary: Vocabulary = {
  variables: allFields.map(({ name, type, description, parts, ...rest }): Variable => {
    const usual = "usual" in rest && rest.usual !== undefined ? { usual: rest.usual } : {};
    const texts = "usualTexts" in rest && rest.usualTexts !== undefined ? { usualTexts: rest.usualTexts } : {};
    return { name, type, description, ...usual, ...texts, ...(parts === true ? { parts } : {}) };
  }),
  detectors: [...detectorNames, ...partSignals],
  tags: tagNames,
  functions,
};
