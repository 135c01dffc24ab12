import type { ToldStep } from "#engine";
import type { ProductEvent } from "./product-events.ts";

/** Types of product events that go by another name than the tag of the same step. */
const tagOf: Readonly<Record<string, string>> = {
  "sign-up": "signup",
  "key-created": "api-key",
  invocation: "inference",
};

/** A product event as rules see it: `count("trial.told", "account", "24h")`. Types that are no tag are counted for nothing. */
export function toldStep({ type, at, identities, ip }: ProductEvent): ToldStep {
  return { tag: tagOf[type] ?? type, at, account: identities.account?.canonical ?? 0, ip };
}
