import { type Lane, sensitiveTags } from "./lanes.ts";

export type PresetName = "welcome-search-refuse-training" | "user-triggered-only" | "signed-only";

export interface Preset {
  /** What it does, for a person choosing. */
  readonly title: string;
  readonly lanes: readonly Lane[];
  /** AIPREF preferences that say the same in robots.txt and headers. */
  readonly contentUsage: ReadonlyMap<string, boolean>;
}

const impostorsOut: Lane = { standings: ["impostor"], action: { kind: "block" } };
const sensitiveSteps: Lane = { tags: sensitiveTags, standings: ["claimed"], action: { kind: "block" } };
const delegatedSteps: Lane = { tags: sensitiveTags, delegated: true, action: { kind: "step-up" } };
const otherSensitive: Lane = { tags: sensitiveTags, action: { kind: "block" } };

/** Ready-made lanes. Each is complete: what it does not name, it lets through or blocks in its last lane. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  "welcome-search-refuse-training": {
    title: "Search engines and previews are welcome, training crawlers are not",
    lanes: [
      impostorsOut,
      sensitiveSteps,
      delegatedSteps,
      otherSensitive,
      { purposes: ["train"], action: { kind: "block" } },
      { purposes: ["search", "preview", "feed", "monitor", "archive"], action: { kind: "allow" } },
      { purposes: ["user-triggered"], action: { kind: "budget", perMinute: 60 } },
      { purposes: ["seo"], action: { kind: "budget", perMinute: 30 } },
      { action: { kind: "tag" } },
    ],
    contentUsage: new Map([
      ["train-ai", false],
      ["search", true],
    ]),
  },
  "user-triggered-only": {
    title: "Agents may come when a person sent them, and for nothing else",
    lanes: [
      impostorsOut,
      sensitiveSteps,
      delegatedSteps,
      otherSensitive,
      { purposes: ["user-triggered", "preview"], action: { kind: "budget", perMinute: 60 } },
      { purposes: ["monitor"], action: { kind: "allow" } },
      { action: { kind: "block" } },
    ],
    contentUsage: new Map([
      ["train-ai", false],
      ["search", false],
    ]),
  },
  "signed-only": {
    title: "Agents must prove who they are by signature",
    lanes: [
      { standings: ["signed"], tags: sensitiveTags, delegated: true, action: { kind: "step-up" } },
      { standings: ["signed"], tags: sensitiveTags, action: { kind: "block" } },
      { standings: ["signed"], action: { kind: "allow" } },
      { action: { kind: "block" } },
    ],
    contentUsage: new Map([["train-ai", false]]),
  },
};
