import type { Hashed, HashKey, HttpResponse, Millis } from "#core";
import type { Fields } from "#wire";
import { countSettled } from "./counters.ts";
import { createResponse, type LiveExchange } from "./exchange-facts.ts";
import type { GatewayState } from "./gateway-state.ts";
import type { Judged } from "./judge.ts";
import { learnSoon } from "./round.ts";

/** An exchange that is over, and what became of it. */
export interface SettledExchange {
  readonly exchange: LiveExchange;
  readonly judged: Judged | undefined;
  /** Handle at the distant guard; -1 where there is none or it could not be asked. */
  readonly asked: number;
  /** What we answered ourselves, or a honeypot did, is not learned from: our refusals would count as the client's failures. */
  readonly learns: boolean;
  /** 0: there was no answer. */
  readonly status: number;
  readonly fields: Fields;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly durationMs: Millis;
  readonly hashKey: HashKey;
  /** What the answer issued, as far as it was read. */
  readonly tokens: readonly Hashed[];
}

/** Once per exchange, behind the writes of the round: counts it, lets the engine learn from it, writes the access log. */
export function settleSoon(state: GatewayState, settled: SettledExchange): void {
  learnSoon(() => settle(state, settled));
}

/** Never throws. */
function settle(
  { counters, clock, guard, distant, accessLog }: GatewayState,
  { exchange, judged, asked, learns, status, fields, bytesIn, bytesOut, durationMs, hashKey, tokens }: SettledExchange,
): void {
  countSettled(counters, { status, bytesIn, bytesOut });
  let response: HttpResponse | undefined;
  try {
    const known = { bytes: bytesOut, durationMs, hashKey, at: clock.now(), tokens };
    if (status !== 0) response = createResponse(status, fields, known);
    if (learns) exchange.response = response;
    else exchange.ownStatus = status;
    if (asked >= 0) distant?.observe(asked, exchange);
    else if (judged !== undefined && distant === undefined) guard.observe(exchange);
  } catch {
    counters.reason("observe-threw");
  }
  exchange.response = response;
  try {
    accessLog?.write(exchange, judged?.verdict, { enforced: judged?.enforced ?? "", failure: judged?.failure ?? "" });
  } catch {
    counters.reason("access-log-threw");
  }
}
