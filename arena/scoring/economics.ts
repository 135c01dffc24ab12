import type { Attempt } from "../campaigns/campaign.ts";
import type { LoggedRequest } from "../world/gateway.ts";
import type { Reached } from "../world/platform.ts";
import type { Truth } from "../world/truth.ts";

/** What an attack cost those who made it, and what the gateway spared the application. */
export interface Economics {
  readonly attackRequests: number;
  /** Of these, how many the application had to answer. */
  readonly reached: number;
  /** Share that it was spared. */
  readonly spared: number;
  /** What the spared requests of a month like case B's would have cost, in dollars: 85.9 million requests cost 80,000. */
  readonly dollarsPerMillionSpared: number;
  /** Requests for one success in their eyes, over all campaigns; null when there was none. */
  readonly requestsPerSuccess: number | null;
}

/** Published with case B: 85.9 million requests cost 80,000 dollars of infrastructure and loss. */
const dollarsPerRequest = 80_000 / 85_900_000;

export function economicsOf(run: {
  readonly log: readonly LoggedRequest[];
  readonly truth: Truth;
  readonly reached: readonly Reached[];
  readonly attempts: ReadonlyMap<string, readonly Attempt[]>;
}): Economics {
  const isAttack = (ip: string): boolean => run.truth.of(ip)?.side === "attack";
  const attackRequests = run.log.filter(({ ip }) => isAttack(ip)).length;
  const reached = run.reached.filter(({ ip }) => isAttack(ip)).length;
  const attempts = [...run.attempts.values()].flat();
  const succeeded = attempts.reduce((sum, attempt) => sum + attempt.succeeded, 0);
  const spared = attackRequests === 0 ? 0 : 1 - Math.min(reached, attackRequests) / attackRequests;
  return {
    attackRequests,
    reached,
    spared,
    dollarsPerMillionSpared: Math.round(1e6 * dollarsPerRequest * spared),
    requestsPerSuccess: succeeded === 0 ? null : attackRequests / succeeded,
  };
}
