import { type OrderJar, orderRuleCount, orderRules, ruleExplains } from "./order-rules.ts";

/** Chance that a client departs from its own rule once: an extension, a race, a proxy. */
const error = 0.002;
const arbitrary = orderRules.indexOf("arbitrary");
/** Log-likelihoods are kept in hundredths of a nat, so that eight fit in sixteen bytes. */
const unit = 100;
const lowest = -32_000;

/** Natural log of n! for the few cookies a session holds. */
const logFactorial: readonly number[] = Array.from({ length: 65 }, (_, n) => {
  let sum = 0;
  for (let i = 2; i <= n; i++) sum += Math.log(i);
  return sum;
});

/**
 * Updates a session's log-likelihood of every order rule with one distinct cookie set. Repeats of a set carry
 * no news, so the caller must pass each set once. Under a rule an order it predicts has chance
 * `1 - error + error / n!`, any other `error / n!`; under `arbitrary` only the places of cookies that were not
 * ordered before are news (`sizeBefore! / n!`).
 *
 * @param into log-likelihoods in hundredths of a nat, `orderRuleCount` of them from `at` on.
 * @returns how many rules other than `arbitrary` explain the order.
 */
export function updateOrder(
  into: Int16Array,
  at: number,
  seen: { readonly jar: OrderJar; readonly order: Uint8Array; readonly length: number; readonly sizeBefore: number },
): number {
  const permutations = logFactorial[Math.min(seen.length, 64)] ?? 0;
  const hit = Math.log(1 - error + error * Math.exp(-permutations));
  const miss = Math.log(error) - permutations;
  let explained = 0;
  for (let rule = 0; rule < orderRuleCount; rule++) {
    let gain: number;
    if (rule === arbitrary) {
      gain = Math.min(0, (logFactorial[Math.min(seen.sizeBefore, 64)] ?? 0) - permutations);
    } else if (ruleExplains(rule, seen.jar, seen.order, seen.length)) {
      gain = hit;
      explained++;
    } else gain = miss;
    into[at + rule] = Math.max(lowest, (into[at + rule] ?? 0) + Math.round(gain * unit));
  }
  return explained;
}

/** `ln sum_k weights[k] P(seen orders | rule k)`, the evidence for a mixture of rules. */
export function orderEvidence(from: Int16Array, at: number, weights: ArrayLike<number>): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let rule = 0; rule < orderRuleCount; rule++) best = Math.max(best, from[at + rule] ?? 0);
  let sum = 0;
  for (let rule = 0; rule < orderRuleCount; rule++) {
    sum += (weights[rule] ?? 0) * Math.exp(((from[at + rule] ?? 0) - best) / unit);
  }
  return Math.log(sum) + best / unit;
}

/** Adds the posterior share of every rule, given these weights, to `into`: how a mixture is learned. */
export function addResponsibilities(
  from: Int16Array,
  at: number,
  update: { readonly weights: ArrayLike<number>; readonly into: Float32Array; readonly amount: number },
): void {
  const total = orderEvidence(from, at, update.weights);
  for (let rule = 0; rule < orderRuleCount; rule++) {
    const share = (update.weights[rule] ?? 0) * Math.exp((from[at + rule] ?? 0) / unit - total);
    update.into[rule] = (update.into[rule] ?? 0) + share * update.amount;
  }
}
