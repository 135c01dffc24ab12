import { type ConductDetector, uncounted } from "./conduct-detector.ts";

const natsPerForm = 0.8;
const natsPerPatience = 0.5;
const natsMax = 1.5;

/**
 * Notices forms of several fields that are sent within a second of their page: nobody types that fast.
 *
 * Log-ins are left out, because password managers fill and send them at once, and so are bodies too small for more than
 * a button. Each form sent with patience speaks the other way. Benign causes: autofill with one click, scripts of the
 * page itself. Evasion: wait; agents that type like people are slower than people.
 */
export const formHaste: ConductDetector = {
  name: "form-haste",
  axis: "conduct",
  group: "conduct",

  inspect({ forms, hasty }) {
    const nats = hasty * natsPerForm - (forms - hasty) * natsPerPatience;
    if (nats <= 0) return undefined;
    return { nats: Math.min(natsMax, nats), evidence: { forms, hasty } };
  },

  prior: uncounted,
  able: ({ forms }) => forms > 0,
};
