/**
 * How clients order the cookies of one request. Read from the sources of each and checked against the real
 * programs in `order-rules.real.test.ts`:
 *
 * - `chromium`: longer path first, then creation time, which survives an overwrite only if the value is the
 *   same (`CookieMonster::MaybeDeleteEquivalentCookieAndUpdateStatus`), so a rotated cookie moves to the end.
 * - `rfc`: longer path first, then creation time, which always survives (RFC 6265 section 5.4; Firefox,
 *   tough-cookie).
 * - `libcurl`: path length, domain length, name length, then newest first (`cookie_sort` in lib/cookie.c).
 * - `go`: path *text* descending, then creation (`net/http/cookiejar` jar.go).
 * - `cpython`: path length, ties by dictionary order of domain, then path, then name (`http.cookiejar`;
 *   requests and httpx use it).
 * - `alphabetical`: by name (`http.cookies.BaseCookie.output`, which aiohttp sends).
 * - `insertion`: creation order whatever the path: a header put together by hand or kept in a plain map.
 * - `arbitrary`: no rule; every order is equally likely, but it stays the same while the jar does.
 */
export const orderRules = [
  "chromium",
  "rfc",
  "libcurl",
  "go",
  "cpython",
  "alphabetical",
  "insertion",
  "arbitrary",
] as const;

export type OrderRule = (typeof orderRules)[number];

/** Number of rules; the length of every array indexed by rule. */
export const orderRuleCount: number = orderRules.length;

/** Rules that browsers follow. Chrome is not the only honest client: the null is a mixture. */
export const browserRules: readonly OrderRule[] = ["chromium", "rfc"];

/** A jar as far as order depends on it, one column per property, filled and reused by the caller. */
export interface OrderJar {
  /** Cookies held, deleted ones included: `cpython` keeps the place of a domain whose cookies are gone. */
  count: number;
  readonly names: string[];
  readonly paths: string[];
  /** With a leading dot for domain cookies, without for host-only ones. */
  readonly domains: string[];
  /** Rank by creation, an overwrite keeping its place. */
  readonly created: number[];
  /** Rank by creation or last change of value. */
  readonly changed: number[];
}

/** An empty jar. */
export function createOrderJar(): OrderJar {
  return { count: 0, names: [], paths: [], domains: [], created: [], changed: [] };
}

/**
 * Whether `rule` sends the jar's cookies in this order. `order` lists indices into the jar as they were
 * presented; cookies of the jar that were not sent do not matter.
 */
export function ruleExplains(rule: number, jar: OrderJar, order: Uint8Array, length: number): boolean {
  for (let i = 1; i < length; i++) {
    if (!comesBefore(rule, jar, order[i - 1] ?? 0, order[i] ?? 0)) return false;
  }
  return true;
}

/** Every rule is a total order, so comparing neighbours is enough. */
function comesBefore(rule: number, jar: OrderJar, a: number, b: number): boolean {
  switch (orderRules[rule]) {
    case "chromium":
      return (lengthOf(jar.paths, b) - lengthOf(jar.paths, a) || rankOf(jar.changed, a) - rankOf(jar.changed, b)) < 0;
    case "rfc":
      return (lengthOf(jar.paths, b) - lengthOf(jar.paths, a) || byCreation(jar, a, b)) < 0;
    case "libcurl":
      return (
        (lengthOf(jar.paths, b) - lengthOf(jar.paths, a) ||
          lengthOf(jar.domains, b) - lengthOf(jar.domains, a) ||
          lengthOf(jar.names, b) - lengthOf(jar.names, a) ||
          byCreation(jar, b, a)) < 0
      );
    case "go":
      return (compareText(jar.paths[b] ?? "", jar.paths[a] ?? "") || byCreation(jar, a, b)) < 0;
    case "cpython":
      return (lengthOf(jar.paths, b) - lengthOf(jar.paths, a) || byDictionary(jar, a, b)) < 0;
    case "alphabetical":
      return compareText(jar.names[a] ?? "", jar.names[b] ?? "") <= 0;
    case "insertion":
      return byCreation(jar, a, b) < 0;
    default:
      return true;
  }
}

function lengthOf(texts: readonly string[], index: number): number {
  const text = texts[index] ?? "";
  // A domain cookie's leading dot is our mark for it and not part of its length.
  return text.startsWith(".") ? text.length - 1 : text.length;
}

function rankOf(ranks: readonly number[], index: number): number {
  return ranks[index] ?? 0;
}

function byCreation(jar: OrderJar, a: number, b: number): number {
  return rankOf(jar.created, a) - rankOf(jar.created, b);
}

/** CPython keeps cookies in dictionaries `[domain][path][name]`, each in order of first insertion. */
function byDictionary(jar: OrderJar, a: number, b: number): number {
  return (
    firstCreated(jar, a, { path: false }) - firstCreated(jar, b, { path: false }) ||
    firstCreated(jar, a, { path: true }) - firstCreated(jar, b, { path: true }) ||
    byCreation(jar, a, b)
  );
}

function firstCreated(jar: OrderJar, of: number, same: { readonly path: boolean }): number {
  let first = rankOf(jar.created, of);
  for (let i = 0; i < jar.count; i++) {
    if (jar.domains[i] !== jar.domains[of] || (same.path && jar.paths[i] !== jar.paths[of])) continue;
    first = Math.min(first, rankOf(jar.created, i));
  }
  return first;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
