import type { Verdict } from "#core";

/** Steps with money, identity or access in them that somebody takes after the log-in. */
export const heldTags: ReadonlySet<string> = new Set([
  "account",
  "password",
  "email-change",
  "phone-change",
  "sim",
  "checkout",
  "payment",
  "payout",
  "payee",
  "giftcard",
  "api-key",
  "export",
]);

/**
 * A conviction on priors has earned no bound. Where it would refuse a step with a person's money or identity, the step is
 * held instead: it does not go on either way, but who is stopped by mistake reads that somebody will look, and with
 * `to: header` on a rule the application can put it aside. Log-ins and everything else stay blocked: nothing is lost there.
 *
 * @param tags Of the request's endpoint; only asked for where something would be refused.
 */
export function holdSensitive(verdict: Verdict, tags: () => readonly string[]): Verdict {
  if (verdict.action !== "block" || verdict.basis !== "prior") return verdict;
  return tags().some((tag) => heldTags.has(tag)) ? { ...verdict, action: "hold" } : verdict;
}
