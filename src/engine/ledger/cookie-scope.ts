import type { CookieSet } from "#core";

/**
 * The default-path of a request (RFC 6265 section 5.1.4): what a cookie without `Path` gets.
 * `requestPath` is the path as sent, without query.
 */
export function defaultPath(requestPath: string): string {
  if (!requestPath.startsWith("/")) return "/";
  const lastSlash = requestPath.lastIndexOf("/");
  return lastSlash === 0 ? "/" : requestPath.slice(0, lastSlash);
}

/**
 * Path-match (RFC 6265 section 5.1.4): equal, or a prefix that ends at a segment border.
 * Compared byte for byte as browsers do: no decoding, no dot segments.
 */
export function pathMatches(requestPath: string, cookiePath: string): boolean {
  if (cookiePath.length === 1) return requestPath.startsWith("/") && cookiePath === "/";
  if (!requestPath.startsWith(cookiePath)) return false;
  if (requestPath.length === cookiePath.length) return true;
  return cookiePath.endsWith("/") || requestPath.charCodeAt(cookiePath.length) === slash;
}

/** Domain-match (RFC 6265 section 5.1.3) of a lower-case host without port against a cookie's domain. */
export function domainMatches(host: string, domain: string): boolean {
  if (host === domain) return true;
  if (host.length <= domain.length || !host.endsWith(domain)) return false;
  return host.charCodeAt(host.length - domain.length - 1) === dot && !isAddress(host);
}

/**
 * Whether a conforming client stores this cookie at all (RFC 6265bis section 5.7): the domain must cover the
 * host, Secure needs https, `__Secure-` needs Secure, `__Host-` also Path=/ and no Domain. A client that
 * sends back what it should have thrown away has no conforming jar; we do not track such cookies.
 */
export function isStorable(cookie: CookieSet, host: string, scheme: "http" | "https"): boolean {
  if (cookie.name.length > nameLengthMax) return false;
  if (cookie.domain !== "" && !domainMatches(host, cookie.domain)) return false;
  if (cookie.secure && scheme !== "https" && !isLoopback(host)) return false;
  // SameSite=None without Secure is rejected by Chromium and kept by libraries: undecided, so untracked.
  if (cookie.sameSite === "none" && !cookie.secure) return false;
  if (hasPrefix(cookie.name, "__secure-")) return cookie.secure;
  if (hasPrefix(cookie.name, "__host-")) return cookie.secure && cookie.domain === "" && cookie.path === "/";
  return true;
}

/** A host name without its port; an IPv6 literal keeps its brackets. */
export function hostWithoutPort(host: string): string {
  const colon = host.lastIndexOf(":");
  if (colon < 0 || host.endsWith("]")) return host;
  return host.slice(0, colon);
}

/** Hosts that browsers treat as secure without TLS (W3C Secure Contexts section 3.1). */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host.startsWith("127.") || host === "[::1]";
}

const slash = 47;
const dot = 46;
const nameLengthMax = 256;

/** Prefixes are matched without regard to case since RFC 6265bis draft 13, against `__HOST-` smuggling. */
function hasPrefix(name: string, prefix: string): boolean {
  return name.length >= prefix.length && name.slice(0, prefix.length).toLowerCase() === prefix;
}

/** IPv4 or bracketed IPv6: these never domain-match by suffix. */
function isAddress(host: string): boolean {
  if (host.endsWith("]")) return true;
  const last = host.charCodeAt(host.length - 1);
  if (last < 48 || last > 57) return false;
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
}
