import type { Clock, DistantGuard, Guard, Treatments } from "#core";
import type { AccessLog } from "./access-log.ts";
import type { EdgeCounters } from "./counters.ts";
import type { Delays } from "./delays.ts";
import type { RequestIds } from "./request-ids.ts";
import type { Runtime } from "./runtime.ts";
import type { TokenBudget } from "./state-tokens.ts";
import type { TimerWheel } from "./timer-wheel.ts";
import type { Upstream } from "./upstream.ts";

/** What every connection and relay of one gateway shares. `runtime` is the only part that a reload replaces. */
export interface GatewayState {
  runtime: Runtime<Upstream>;
  /** Set once: answers carry `Connection: close`, and no connection outlives its answer. */
  draining: boolean;
  readonly guard: Guard;
  /** Where the guard lives in another thread: asked in place of `guard`, and waited for. */
  readonly distant: DistantGuard | undefined;
  readonly clock: Clock;
  readonly counters: EdgeCounters;
  readonly wheel: TimerWheel;
  readonly ids: RequestIds;
  readonly delays: Delays;
  readonly accessLog: AccessLog | undefined;
  /** Makes answers in the origin's place; absent: refusals are plain. */
  readonly treatments: Treatments | undefined;
  /** Bytes of answers that may be read for state tokens. */
  readonly tokenBudget: TokenBudget;
}
