export * from "./enumeration-case.ts";
export * from "./slot-space.ts";
export * from "./slot-spaces.ts";
