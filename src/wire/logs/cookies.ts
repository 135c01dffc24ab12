import { type CookieSeen, type CookieSet, cookieSetFrom, type HashKey, keyedHash, logLimits } from "#core";
import { noCookies, noSetCookies } from "./log-record.ts";

const cookiesMax = logLimits.cookiesMax.default;

/**
 * Reads a logged Cookie header. Values are hashed with the run's key and go no further. A value that the front
 * server redacted (`REDACTED` of Caddy, `-`, `***`) is not a value: nothing is read then.
 */
export function cookiesFrom(header: string, key: HashKey): readonly CookieSeen[] {
  if (header === "" || header === "-" || isRedacted(header)) return noCookies;
  const cookies: CookieSeen[] = [];
  for (const part of header.split(";", cookiesMax)) {
    const equals = part.indexOf("=");
    const name = (equals < 0 ? "" : part.slice(0, equals)).trim();
    const value = part.slice(equals + 1).trim();
    if (name === "" && value === "") continue;
    cookies.push({ name, value: keyedHash(key, value) });
  }
  return cookies;
}

/** Reads logged Set-Cookie headers, each one cookie. */
export function setCookiesFrom(headers: readonly string[], key: HashKey, now: number): readonly CookieSet[] {
  const shown = headers.filter((header) => header !== "" && header !== "-" && !isRedacted(header));
  if (shown.length === 0) return noSetCookies;
  return shown.slice(0, cookiesMax).map((header) => cookieSetFrom(header, key, now));
}

export function isRedacted(value: string): boolean {
  return /^(?:\[?redacted\]?|\*+|<redacted>|\[filtered\])$/i.test(value.trim());
}
