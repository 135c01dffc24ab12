import type { EventSignal } from "../../api/contract.ts";

const fates = [
  "cookies-not-returned",
  "cookie-missing",
  "cookie-never-issued",
  "cookie-out-of-scope",
  "cookie-stale",
  "cookie-duplicate",
  "cookie-ghost",
  "cookie-order",
  "js-cookies-absent",
  "jar-maturity",
  "token-without-issuance",
] as const;

/** What became of cookies, as the detectors of the cookie ledger name it. */
export type CookieFate = (typeof fates)[number];

/** The fates of cookies that a step's findings speak of, with the numbers they name. Values are never kept anywhere. */
export function cookieFates(
  signals: readonly EventSignal[],
): readonly { readonly detector: CookieFate; readonly count: string }[] {
  return signals.flatMap(({ detector, evidence }) => {
    const fate = fates.find((each) => each === detector);
    if (fate === undefined) return [];
    const count = Object.entries(evidence)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ");
    return [{ detector: fate, count }];
  });
}
