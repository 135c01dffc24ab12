import type { Millis, Random } from "#core";

/** Bounds of a drawn lifetime. */
export interface LifetimeBounds {
  readonly minMs: Millis;
  readonly maxMs: Millis;
}

/** 2 minutes to 24 hours (design value; section on block-cache economics in docs/policy.md). */
export const lifetimeDefault: LifetimeBounds = Object.freeze({ minMs: 2 * 60_000, maxMs: 24 * 3_600_000 });

/**
 * Draws how long an automatic decision stands: log-uniform, so that an attacker who retries cannot learn a fixed period
 * and cannot tell an expiry from a change he made himself.
 */
export function drawLifetime(random: Random, bounds: LifetimeBounds = lifetimeDefault): Millis {
  const span = Math.log(bounds.maxMs / bounds.minMs);
  return bounds.minMs * Math.exp(span * random());
}

/**
 * Reactive lengthening: a client that changed what it wears and came through after an expiry now believes the change
 * worked. The next decision stands for the longest lifetime, so that the belief fails at once.
 */
export function nextLifetime(
  random: Random,
  {
    changedPresentation,
    bounds = lifetimeDefault,
  }: { readonly changedPresentation: "yes" | "no"; readonly bounds?: LifetimeBounds },
): Millis {
  return changedPresentation === "yes" ? bounds.maxMs : drawLifetime(random, bounds);
}
