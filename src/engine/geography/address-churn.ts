import { betaQuantile } from "../statistics/index.ts";

/** What a cohort's addresses look like. */
export interface ChurnCounts {
  readonly sessions: number;
  /** Different addresses, an estimate. */
  readonly addresses: number;
  /** Different networks (/24 or /48) and different network operators. */
  readonly networks: number;
  readonly operators: number;
  /** Sessions by somebody seen on an earlier day. */
  readonly returns: number;
}

/** Whether a behaviour travels through rented residential addresses. */
export interface ChurnFinding {
  /** Upper 95 % bound of the share of sessions by somebody who came back. */
  readonly returnsAtMost: number;
  readonly addressesPerSession: number;
  readonly residentialProxy: boolean;
  readonly words: string;
}

/**
 * Infers a residential proxy pool without any list: one behaviour, nearly as many addresses as sessions spread over
 * nearly as many networks and many operators, and nobody ever returns, where the application's people do. Six
 * million exits in 52 thousand networks (Mi et al. 2019) make lists hopeless; constancy of behaviour under churn of
 * addresses is the signal.
 *
 * @param peopleReturn share of honest sessions by somebody who came back, from the application's population.
 */
export function addressChurn(counts: ChurnCounts, peopleReturn: number): ChurnFinding {
  const { sessions, addresses, networks, operators, returns } = counts;
  const returnsAtMost = sessions === 0 ? 1 : betaQuantile(returns + 1, Math.max(1, sessions - returns), 0.95);
  const addressesPerSession = sessions === 0 ? 0 : addresses / sessions;
  const residentialProxy =
    sessions >= 20 &&
    addressesPerSession > 0.85 &&
    networks > 0.7 * addresses &&
    operators >= 8 &&
    returnsAtMost < 0.6 * peopleReturn;
  const words = `${Math.round(addresses)} addresses of ${Math.round(operators)} operators in ${sessions} sessions, ${returns} returns`;
  return { returnsAtMost, addressesPerSession, residentialProxy, words };
}
