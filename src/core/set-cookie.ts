import type { CookieSet } from "./exchange.ts";
import { type HashKey, keyedHash } from "./keyed-hash.ts";

/** RFC 6265bis section 5.5: lifetimes are capped at 400 days. */
const lifetimeSecondsMax = 400 * 24 * 3600;
const attributesMax = 32;

/**
 * Reads one Set-Cookie value by the algorithm of RFC 6265bis section 5.6, hashing the cookie's value.
 * Max-Age wins over Expires; an unreadable attribute is ignored, as browsers do.
 *
 * @param now Wall clock in milliseconds, against which Expires is turned into a lifetime.
 */
export function cookieSetFrom(header: string, key: HashKey, now?: number): CookieSet {
  const parts = header.split(";", attributesMax);
  const pair = parts[0] ?? "";
  const equals = pair.indexOf("=");
  const name = (equals < 0 ? "" : pair.slice(0, equals)).trim();
  const value = (equals < 0 ? pair : pair.slice(equals + 1)).trim();
  let maxAge = Number.NaN;
  let expires = Number.NaN;
  let domain = "";
  let path = "";
  let secure = false;
  let httpOnly = false;
  let sameSite: CookieSet["sameSite"] = "";
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i] ?? "";
    const cut = part.indexOf("=");
    const attribute = (cut < 0 ? part : part.slice(0, cut)).trim().toLowerCase();
    const text = cut < 0 ? "" : part.slice(cut + 1).trim();
    if (attribute === "max-age" && /^-?\d{1,15}$/.test(text)) maxAge = Number(text);
    else if (attribute === "expires") expires = Date.parse(text);
    else if (attribute === "domain") domain = text.replace(/^\./, "").toLowerCase();
    else if (attribute === "path") path = text.startsWith("/") ? text : "";
    else if (attribute === "secure") secure = true;
    else if (attribute === "httponly") httpOnly = true;
    else if (attribute === "samesite") sameSite = sameSiteFrom(text);
  }
  const lifetime = !Number.isNaN(maxAge)
    ? maxAge
    : Number.isNaN(expires) || now === undefined
      ? Number.NaN
      : (expires - now) / 1000;
  const maxAgeSeconds = Number.isNaN(lifetime) ? Number.POSITIVE_INFINITY : Math.min(lifetime, lifetimeSecondsMax);
  return { name, value: keyedHash(key, value), domain, path, maxAgeSeconds, secure, httpOnly, sameSite };
}

function sameSiteFrom(text: string): CookieSet["sameSite"] {
  const lower = text.toLowerCase();
  return lower === "strict" || lower === "lax" || lower === "none" ? lower : "";
}
