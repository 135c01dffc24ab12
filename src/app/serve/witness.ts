import { appLimits, type Clock, type Exchange, type Guard, type LimitValues, limitValues, type Verdict } from "#core";
import { ActorTally } from "./actor-tally.ts";
import { DecisionTime } from "./decision-time.ts";
import { maskedPath } from "./masked-path.ts";
import { RecentVerdicts } from "./recent-verdicts.ts";
import { TrafficSplit } from "./traffic-split.ts";

const userAgentMax = 200;

/**
 * Stands between the data plane and the judge and remembers, within caps, what people ask about: the last verdicts,
 * the split over time, who is most active, how long decisions take. Judges nothing and changes nothing.
 */
export class Witness implements Guard {
  readonly recent: RecentVerdicts;
  readonly split: TrafficSplit;
  readonly actors: ActorTally;
  readonly decisionTime: DecisionTime = new DecisionTime();
  /** Decisions that the judge could not make; the fail mode answered. */
  failures = 0;
  /** The mode of each application; a reload replaces it. */
  modes: ReadonlyMap<string, "observe" | "enforce">;
  readonly #judge: Guard;
  readonly #clock: Clock;

  constructor(
    judge: Guard,
    options: {
      readonly clock: Clock;
      readonly modes: ReadonlyMap<string, "observe" | "enforce">;
      readonly limits?: Partial<LimitValues<typeof appLimits>>;
    },
  ) {
    const limits = limitValues(appLimits, options.limits ?? {});
    this.#judge = judge;
    this.#clock = options.clock;
    this.modes = options.modes;
    this.recent = new RecentVerdicts(limits.recentVerdictsMax);
    this.split = new TrafficSplit({ buckets: limits.splitBuckets, bucketMs: limits.splitBucketMs });
    this.actors = new ActorTally(limits.actorsMax);
  }

  inspect(exchange: Exchange): Verdict {
    const start = this.#clock.monotonic();
    let verdict: Verdict;
    try {
      verdict = this.#judge.inspect(exchange);
    } catch (error) {
      this.failures++;
      throw error;
    }
    this.decisionTime.add((this.#clock.monotonic() - start) * 1_000);
    this.#remember(exchange, verdict);
    return verdict;
  }

  observe(exchange: Exchange): void {
    const seen = this.recent.find(exchange.id);
    if (seen !== undefined) seen.status = exchange.response?.status ?? 0;
    this.#judge.observe(exchange);
  }

  #remember(exchange: Exchange, verdict: Verdict): void {
    const { application, client, request, at } = exchange;
    const { kind, action, score, signals, rule, watched, basis, certifiedFpr, revision } = verdict;
    const enforced = this.modes.get(application) === "enforce" ? action : "allow";
    const userAgent =
      request.userAgent.length > userAgentMax ? `${request.userAgent.slice(0, userAgentMax)}…` : request.userAgent;
    const seen = {
      reference: exchange.id,
      at,
      application,
      ip: client.ip,
      userAgent,
      method: request.method.slice(0, 20),
      path: maskedPath(request.path),
      kind,
      action,
      enforced,
      score,
      signals,
      rule,
      watched,
      basis,
      certifiedFpr,
      revision,
      status: 0,
    };
    this.recent.add(seen);
    this.actors.count(seen);
    this.split.count(kind, at);
  }
}
