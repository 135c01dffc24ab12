import { z } from "zod";
import type { DurationText } from "./config.ts";
import { durationText } from "./scalars.ts";

/** Proof of work for browsers. */
export interface ChallengeConfig {
  readonly bits: number;
  readonly validFor: DurationText;
}

/** `policy.challenge`: there is none unless it is written. */
export const challengeSection: z.ZodType<ChallengeConfig> = z
  .strictObject({
    bits: z.int().min(8).max(22).default(16).meta({
      description:
        "Leading zero bits that a browser has to find: each more doubles the work. 16 is a fraction of a second on a telephone, 22 half a minute.",
    }),
    validFor: durationText.default("30m").meta({ description: "How long whoever solved one is let through." }),
  })
  .meta({
    description:
      "Lets rules use the action `challenge`: a page that has a browser compute before it goes on. Without this section it is a refusal. Nothing in Gait needs it.",
  });
