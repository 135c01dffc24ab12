import type { BacktestReport, BacktestResult } from "./backtest.ts";

/** What a rule may cost people before somebody has to insist. */
export interface BacktestLimits {
  /** Share of people's sessions. */
  readonly humanShareMax: number;
  /** The operator's budget: people stopped wrongly per day, at most. */
  readonly falsePositivesPerDay: number;
}

/** One person in a thousand. */
export const humanShareMaxDefault = 0.001;

/**
 * Why a rule must not be approved on this backtest, or undefined. Verified agents count as hit on purpose only when somebody
 * says so, hence they are a reason of their own.
 */
export function overLimit(result: BacktestResult, report: BacktestReport, limits: BacktestLimits): string | undefined {
  const { byKind, humanShare, humansPerDay } = result;
  if (humanShare !== null && humanShare > limits.humanShareMax) {
    return `it would have hit ${byKind.human} of ${report.humans} sessions of people (${percent(humanShare)}); at most ${percent(limits.humanShareMax)} are allowed`;
  }
  if (humansPerDay > limits.falsePositivesPerDay) {
    return `it would have hit ${humansPerDay.toFixed(1)} people a day; enforce.falsePositivesPerDay allows ${limits.falsePositivesPerDay}`;
  }
  if (byKind["verified-agent"] > 0) {
    return `it would have hit ${byKind["verified-agent"]} sessions of verified agents; they are given their lane under \`agents\``;
  }
  return undefined;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
