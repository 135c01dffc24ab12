import type { HttpRequest } from "#core";

/**
 * Whether another site caused this request. "declared": the client says so itself (`Sec-Fetch-Site:
 * cross-site`, W3C Fetch Metadata); "cross": its Referer names another host; else "same". SameSite cookies
 * are owed on "same" only.
 */
export function isCrossSite(request: HttpRequest, host: string): "same" | "cross" | "declared" {
  const { names, values } = request.headers;
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (name === undefined || name.length !== fetchSite.length || name.toLowerCase() !== fetchSite) continue;
    return values[i] === "cross-site" ? "declared" : "same";
  }
  const { referer } = request;
  if (referer === "") return "same";
  const start = referer.indexOf("://");
  if (start < 0) return "same";
  return referer.startsWith(host, start + 3) ? "same" : "cross";
}

/**
 * Requests that browsers send without cookies whatever the jar holds: preflights (Fetch section 4.8), the web
 * manifest, icons and policy files that a browser part outside the page fetches.
 */
export function isCredentialless(request: HttpRequest): boolean {
  if (request.method === "OPTIONS") return true;
  const { path } = request;
  for (const suffix of credentiallessSuffixes) if (path.endsWith(suffix)) return true;
  return path.startsWith("/.well-known/") || path.includes("apple-touch-icon");
}

const fetchSite = "sec-fetch-site";
const credentiallessSuffixes = [".webmanifest", "/manifest.json", "/favicon.ico", "/robots.txt", "/sitemap.xml"];
