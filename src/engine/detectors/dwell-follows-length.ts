import { type ConductDetector, uncounted } from "./conduct-detector.ts";

const dwellsLeast = 6;
/** Correlation of ln(pause) with ln(bytes): a model reads every token, a person what interests them. Design values. */
const people = Math.atanh(0.25);
const models = Math.atanh(0.85);
const natsMax = 1.5;

/**
 * Notices pauses that follow the length of the page before: a language model takes time for every token it reads, people
 * do not read everything.
 *
 * Compares Fisher's z of the correlation with what people and models show (both bounds are design values, from published
 * latencies of models), once six pages and pauses were seen. Benign causes: readers of long articles, screen readers. Evasion:
 * pauses drawn at random, which cost an agent its speed.
 */
export const dwellFollowsLength: ConductDetector = {
  name: "dwell-follows-length",
  axis: "conduct",
  group: "conduct",

  inspect({ dwells, dwellCorrelation }) {
    if (dwells < dwellsLeast) return undefined;
    const z = Math.atanh(Math.max(-0.99, Math.min(0.99, dwellCorrelation)));
    const nats = (((z - people) ** 2 - (z - models) ** 2) * (dwells - 3)) / 2;
    if (nats <= 0) return undefined;
    return {
      nats: Math.min(natsMax, nats),
      evidence: { pages: dwells, correlation: Number(dwellCorrelation.toFixed(2)) },
    };
  },

  prior: uncounted,
  able: ({ dwells }) => dwells >= dwellsLeast,
};
