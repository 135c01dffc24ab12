export { detectorNames, detectors } from "./detectors/index.ts";
export type { Detector } from "./detectors/detector.ts";
export type { EndpointView } from "./endpoints/endpoint-table.ts";
export type { Census, ClientView, Engine, EngineOptions } from "./engine.ts";
export { type Explanation, explain, type Reason } from "./explain.ts";
export { createEngine } from "./guard.ts";
export { type ListLookup, type LiveFacts, ruleVocabulary, type Tagger } from "./facts/index.ts";
export { groupPriors } from "./groups.ts";
export { habitPriors } from "./baselines/site-baseline.ts";

export * from "./auth/index.ts";
export * from "./cohorts/index.ts";
export * from "./enumeration/index.ts";
export * from "./fingerprint/index.ts";
export * from "./geography/index.ts";
export * from "./models/index.ts";
export * from "./sequence/index.ts";
export * from "./statistics/index.ts";
export * from "./swarms/index.ts";
