export * from "./dimension-statistics.ts";
export * from "./dimensions.ts";
export * from "./discretiser.ts";
export * from "./fingerprint.ts";
export * from "./fingerprint-book.ts";
