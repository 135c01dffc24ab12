import { type Hashed, type HashKey, keyedHash, type Millis, policyLimits, type Verdict } from "#core";
import { TokenBuckets } from "./token-buckets.ts";

/** Whom an action is counted for. */
export interface ActionSubject {
  readonly session: Hashed;
  readonly actor: Hashed;
}

const afterMax = 100;

/**
 * What makes an action depend on what came before: rates of `throttle`, and the delay with which a block takes hold. Pure: time
 * is an argument, and the delay is drawn from a key, so that the same session always meets the same one.
 */
export class ActionState {
  readonly #buckets: TokenBuckets;
  readonly #delayed = new Map<string, number>();
  readonly #delayedMax: number;
  readonly #key: HashKey;

  constructor(key: HashKey, entriesMax: number = policyLimits.bucketsMax.default) {
    this.#key = key;
    this.#buckets = new TokenBuckets(entriesMax);
    this.#delayedMax = entriesMax;
  }

  /** The verdict as it holds for this request. */
  settle(verdict: Verdict, subject: ActionSubject, now: Millis): Verdict {
    if (verdict.options === undefined) return verdict;
    if (verdict.action === "throttle") return this.#throttle(verdict, subject, now);
    const after = Number(verdict.options.after ?? 0);
    return after > 0 ? this.#delay(verdict, subject.session, Math.min(afterMax, after)) : verdict;
  }

  /** Within its rate a client passes and is noted; beyond it is told when to come back. */
  #throttle(verdict: Verdict, { actor }: ActionSubject, now: Millis): Verdict {
    const perMinute = Number(verdict.options?.perMinute ?? 0);
    if (!(perMinute > 0)) return verdict;
    const burst = Math.max(1, Number(verdict.options?.burst ?? Math.ceil(perMinute / 6)));
    const waitMs = this.#buckets.take(`${verdict.rule ?? ""} ${actor}`, { perMinute, burst, now });
    if (waitMs === 0) return { ...verdict, action: "log", options: { ...verdict.options, within: true } };
    return { ...verdict, options: { ...verdict.options, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) } };
  }

  /** The first requests of a new behaviour pass: who is stopped cannot tell by which of them. */
  #delay(verdict: Verdict, session: Hashed, after: number): Verdict {
    const name = `${verdict.rule ?? ""} ${session}`;
    const seen = (this.#delayed.get(name) ?? 0) + 1;
    const drawn = 1 + (keyedHash(this.#key, name) % after);
    if (seen > drawn) return verdict;
    if (this.#delayed.size >= this.#delayedMax) this.#delayed.clear();
    this.#delayed.set(name, seen);
    return { ...verdict, action: "log", options: { ...verdict.options, delayed: true } };
  }
}
