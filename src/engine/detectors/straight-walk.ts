import { type ConductDetector, uncounted } from "./conduct-detector.ts";

const stepsLeast = 8;
/** A person turns back to an earlier page about every sixth time; design value. */
const natsPerStep = -Math.log(1 - 1 / 6);
const natsMax = 1.2;

/**
 * Notices walks without a turn: each page is reached by a link of the page before it, none by a link of an earlier one,
 * over eight steps and more.
 *
 * People open a list, look at something, go back and look at something else; who knows the goal walks to it. A browser's
 * back button asks for nothing, but the next link then names the earlier page, which is seen. Benign causes: paged
 * articles, funnels of many steps (there nobody turns, and what is common here is not counted). Evasion: detours.
 */
export const straightWalk: ConductDetector = {
  name: "straight-walk",
  axis: "conduct",
  group: "conduct",

  inspect({ straight, backs }) {
    if (straight < stepsLeast || backs > 0) return undefined;
    return { nats: Math.min(natsMax, (straight - stepsLeast + 1) * natsPerStep), evidence: { steps: straight } };
  },

  prior: uncounted,
  able: ({ straight, backs }) => straight + backs >= stepsLeast,
};
