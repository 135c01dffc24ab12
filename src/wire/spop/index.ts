export * from "./frames.ts";
export type { SpopValue } from "./typed-data.ts";
