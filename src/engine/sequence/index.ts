export * from "./near-duplicates.ts";
export * from "./sequence-model.ts";
export * from "./typicality.ts";
