export * from "./second-factor.ts";
export * from "./account-risk.ts";
export * from "./attack-type.ts";
export * from "./attack-words.ts";
export * from "./auth-counters.ts";
export * from "./context-shift.ts";
export * from "./gap-law.ts";
