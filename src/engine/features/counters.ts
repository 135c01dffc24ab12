/**
 * The counters of a client's feature row, one byte each. When one would pass 255 all are halved (rounding up), which
 * keeps every ratio and lets old behaviour fade; `scale` counts the halvings. Evidence saturates long before (detection by ratio is decided within
 * 64 chances), so a byte loses nothing that judgement could use.
 */
export const counterNames = [
  "pages",
  "assets",
  "api",
  "posts",
  "heads",
  "notFound",
  "denied",
  "redirects",
  "redirectChances",
  "redirectsFollowed",
  "conditional",
  "pagesExpecting",
  "pagesClosed",
  "linkChances",
  "linkClosed",
  "linkForeign",
  "linkUnseen",
  "assetsReferred",
  "robots",
  "favicon",
  "loginAttempts",
  "loginFailures",
  "loginQuick",
  "loginCold",
  "accounts",
  "cookieChances",
  "cookieReturned",
  "idRequests",
  "walkSteps",
  "gaps",
  "quickGaps",
  "revisits",
  "shapeChances",
  "shapeChanges",
  "oddities",
  "afterDenial",
] as const;

export type CounterName = (typeof counterNames)[number];

/** Byte position of each counter inside a row's counters. */
export const counter: Readonly<Record<CounterName, number>> = Object.freeze(
  Object.fromEntries(counterNames.map((name, index) => [name, index])) as Record<CounterName, number>,
);
