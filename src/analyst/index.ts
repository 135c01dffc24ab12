export {
  type Backtest,
  type BacktestOptions,
  type BacktestReport,
  type BacktestResult,
  createBacktest,
  type StoredFacts,
  type StoredLayout,
  type StoredOutcome,
  storedKinds,
} from "./backtest.ts";
export { type BacktestLimits, humanShareMaxDefault, overLimit } from "./over-limit.ts";
export { aucMaxDefault, type Observation, tellApart, type TwoSampleResult } from "./two-sample.ts";
export { type ConvictedCohort, type WrittenPolicy, writePolicy } from "./write-policy.ts";
