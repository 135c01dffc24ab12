import type { Phrase } from "./phrases.ts";

const silent = (): string => "";

/** Words for the detectors of the cookie ledger and the intent graph. */
export const orchestrationPhrases: Readonly<Record<string, Phrase>> = {
  "cookie-missing": {
    speaks: (e) => `left out a cookie it had been given on ${e.events} of ${e.opportunities} occasions`,
    excuses: silent,
    unless: "the cookies it was given had come back",
  },
  "cookie-stale": {
    speaks: (e) => `sent a value that had been replaced on ${e.events} of ${e.opportunities} occasions`,
    excuses: silent,
    unless: "it had sent the newest value of its cookies",
  },
  "cookie-never-issued": {
    speaks: (e) => `presented ${e.events} cookie values that this site never issued`,
    excuses: silent,
    unless: "its cookie values had been issued here",
  },
  "cookie-out-of-scope": {
    speaks: (e) => `sent cookies to places they were not meant for, ${e.events} times; a browser cannot`,
    excuses: silent,
    unless: "its cookies had gone only where they belong",
  },
  "cookie-ghost": {
    speaks: (e) => `sent cookies after they had been deleted or had expired, ${e.events} times`,
    excuses: silent,
    unless: "deleted cookies had stayed away",
  },
  "cookie-duplicate": {
    speaks: (e) => `sent the same cookie twice in one request, ${e.events} times`,
    excuses: silent,
    unless: "each cookie had come once",
  },
  "cookie-order": {
    speaks: (e) => `lists its ${e.cookies} cookies in an order that no browser uses (it fits ${e.rule})`,
    excuses: silent,
    unless: "its cookies had stood in a browser's order",
  },
  "js-cookies-absent": {
    speaks: (e) =>
      `carried none of the cookies that this site's scripts set, on ${e.chances} requests after ${e.pages} pages`,
    excuses: silent,
    unless: "the cookies that scripts set here had appeared",
  },
  "precondition-missed": {
    speaks: (e) => `came to ${e.step} without what people do before it${missed(e.missed)}`,
    excuses: silent,
    unless: "it had come to that step the way people do",
  },
  "token-without-issuance": {
    speaks: (e) => `used ${e.unissued} of ${e.consumed} tokens that no answer had given it`,
    excuses: silent,
    unless: "its tokens had been given to it by an earlier answer",
  },
  "jar-maturity": {
    speaks: (e) => `its oldest cookie is ${e.age} old`,
    excuses: (e) => `its oldest cookie is ${e.age} old`,
    unless: "",
  },
};

const facts: Readonly<Record<string, string>> = {
  "page-seen": "a page read",
  "own-cookie": "a cookie of this site",
  "own-referer": "a link followed from this site",
  "sub-resource": "a file of a page fetched",
};

/** `page-seen, own-cookie` as words: ": no page read, no cookie of this site". */
function missed(list: string | number | undefined): string {
  const names = String(list ?? "")
    .split(", ")
    .filter((name) => name !== "");
  if (names.length === 0) return "";
  return `: ${names.map((name) => (facts[name] === undefined ? `not ${name}` : `no ${facts[name]?.replace(/^an? /, "")}`)).join(", ")}`;
}
