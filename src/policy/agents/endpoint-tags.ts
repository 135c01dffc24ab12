/** Words of a path and the step they stand for. Whole segments only: `/accounting-news` is no account. */
const tagOf: Readonly<Record<string, string>> = {
  login: "login",
  signin: "login",
  "sign-in": "login",
  "log-in": "login",
  auth: "login",
  signup: "signup",
  "sign-up": "signup",
  register: "signup",
  checkout: "checkout",
  pay: "payment",
  payment: "payment",
  payments: "payment",
  payout: "payout",
  withdraw: "payout",
  password: "password",
  account: "account",
};

/**
 * Tags a path by the words in it, for sites that have not tagged their endpoints. A guess that errs on the side of
 * caution: operators' own tags come first, and what this misses is treated as ordinary content.
 */
export function endpointTags(path: string): readonly string[] {
  const tags = new Set<string>();
  for (const segment of path.toLowerCase().split("/", 16)) {
    const tag = Object.hasOwn(tagOf, segment) ? tagOf[segment] : undefined;
    if (tag !== undefined) tags.add(tag);
  }
  return [...tags];
}
