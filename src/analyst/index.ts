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
