import type { Limit } from "./limit.ts";

type PolicyLimit = "packBytesMax" | "packRulesMax" | "problemsMax" | "decisionsMax";

/** Caps of rules and standing decisions. */
export const policyLimits: Readonly<Record<PolicyLimit, Limit>> = {
  packBytesMax: {
    default: 1_048_576,
    unit: "bytes",
    why: "a pack is written by people; a larger file is a mistake or an attack",
  },
  packRulesMax: { default: 500, unit: "count", why: "rules of one pack" },
  problemsMax: { default: 50, unit: "count", why: "mistakes reported at once" },
  decisionsMax: {
    default: 200_000,
    unit: "count",
    why: "standing decisions; a full table refuses new ones and says so, it never drops old ones",
  },
};
