import type { Verdict } from "#core";

/** One in a thousand may be a person; below that nobody is shown what is not so. */
const botScoreMin = 99.9;
/** What people's money, health and safety hang on: never faked. */
const neverFaked: ReadonlySet<string> = new Set(["payment", "payout", "checkout", "health", "safety", "emergency"]);

/**
 * Takes back what may not be shown. Success that is none, and old data, only go to automation at 999 in 1000 whose cohort was
 * convicted, and never where money, health or safety hang on it; anybody else gets the application's own failure. A verified
 * agent is never deceived: it is refused openly, so that its operator can mend what is wrong. Pure.
 */
export function restrainDeception(verdict: Verdict, tags: readonly string[]): Verdict {
  if (verdict.action !== "deceive") return verdict;
  if (verdict.kind === "verified-agent") return { ...verdict, action: "block", options: {} };
  const as = verdict.options?.as ?? "failure";
  if (as === "failure" || mayFake(verdict, tags)) return verdict;
  return { ...verdict, options: { ...verdict.options, as: "failure" } };
}

function mayFake({ kind, score, signals }: Verdict, tags: readonly string[]): boolean {
  const convicted = signals.some(
    ({ detector, evidence }) => detector === "convicted-cohort" && evidence.enforced === "yes",
  );
  return kind === "automated" && score.total >= botScoreMin && convicted && !tags.some((tag) => neverFaked.has(tag));
}
