export * from "./enumeration-case.ts";
export * from "./enumeration-cases.ts";
export * from "./slot-space.ts";
export * from "./slot-spaces.ts";
