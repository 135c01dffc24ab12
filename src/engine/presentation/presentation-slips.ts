import type { Exchange, HeaderList } from "#core";
import { type BrowserFamily, contradictsConnection } from "./connection-class.ts";

/** What contradicts itself in how a client presents itself; bits, joined over its requests. */
export const slip = { hints: 1, headers: 2, connection: 4 } as const;

/** Client hints came with Chromium 89; Sec-Fetch headers with Chromium 80, Firefox 90 and Safari 16.4. */
const hintsSince = 90;
const fetchSince: Readonly<Record<BrowserFamily, number>> = {
  chromium: 90,
  firefox: 91,
  safari: 17,
  other: Number.POSITIVE_INFINITY,
};

/**
 * Compares what one page request says about its sender in different places: user agent against client hints, against the
 * headers that browsers of that age always send, against the class of its TLS hello and HTTP/2 opening. From public facts: the Client Hints and
 * Fetch Metadata specifications, and that every browser of the last decade offers HTTP/2 by ALPN over TLS 1.3.
 *
 * Only where every header was seen, and Sec-Fetch and hints only over https, where browsers send them. Benign causes: privacy
 * proxies that strip headers, embedded web views, applications that borrow a browser's name. Evasion: a real browser, or a
 * careful copy of one; that is why this is presentation and never decides.
 */
export function presentationSlips(exchange: Exchange): number {
  const { request, client, observes } = exchange;
  if (observes.headers !== "all" || !request.userAgent.startsWith("Mozilla/5.0 (")) return 0;
  const { family, major } = claimed(request.userAgent);
  if (family === "other") return 0;
  let slips = 0;
  if (contradictsHints(request.userAgent, { family, major }, request.headers)) slips |= slip.hints;
  if (lacksHeaders(request.headers, { family, major, https: request.scheme === "https" })) slips |= slip.headers;
  if (contradictsConnection(family, client.fingerprint)) slips |= slip.connection;
  return slips;
}

function claimed(userAgent: string): { readonly family: BrowserFamily; readonly major: number } {
  // On iOS every browser is Safari underneath, whatever it is called.
  if (/iPhone|iPad/.test(userAgent)) return { family: "safari", major: numberAfter(userAgent, "Version/") };
  if (userAgent.includes("Firefox/")) return { family: "firefox", major: numberAfter(userAgent, "Firefox/") };
  if (userAgent.includes("; wv)")) return { family: "other", major: 0 };
  if (userAgent.includes("Chrome/")) return { family: "chromium", major: numberAfter(userAgent, "Chrome/") };
  if (userAgent.includes("Safari/")) return { family: "safari", major: numberAfter(userAgent, "Version/") };
  return { family: "other", major: 0 };
}

function numberAfter(text: string, token: string): number {
  const at = text.indexOf(token);
  const number = at < 0 ? Number.NaN : Number.parseInt(text.slice(at + token.length, at + token.length + 4), 10);
  return Number.isNaN(number) ? 0 : number;
}

function contradictsHints(
  userAgent: string,
  { family, major }: { readonly family: BrowserFamily; readonly major: number },
  headers: HeaderList,
): boolean {
  const brands = header(headers, "sec-ch-ua");
  if (brands === undefined) return false;
  if (family !== "chromium") return true;
  if (major > 0 && !brands.includes(`v="${major}"`)) return true;
  const mobile = header(headers, "sec-ch-ua-mobile");
  if (mobile === "?1" && !/Mobile|Android/.test(userAgent)) return true;
  const platform = header(headers, "sec-ch-ua-platform")?.replaceAll('"', "") ?? "";
  const token = platformTokens[platform];
  return token !== undefined && !userAgent.includes(token);
}

const platformTokens: Readonly<Record<string, string>> = {
  Windows: "Windows",
  macOS: "Macintosh",
  Android: "Android",
  "Chrome OS": "CrOS",
};

function lacksHeaders(
  headers: HeaderList,
  claim: { readonly family: BrowserFamily; readonly major: number; readonly https: boolean },
): boolean {
  const accept = header(headers, "accept") !== undefined;
  const encoding = header(headers, "accept-encoding") !== undefined;
  // With neither, a proxy or a trace has kept only what it needed, and nothing can be said.
  if (!accept && !encoding) return false;
  if (!accept || !encoding) return true;
  if (!claim.https) return false;
  if (claim.family === "chromium" && claim.major >= hintsSince && header(headers, "sec-ch-ua") === undefined)
    return true;
  return claim.major >= fetchSince[claim.family] && header(headers, "sec-fetch-mode") === undefined;
}

function header(headers: HeaderList, wanted: string): string | undefined {
  for (let i = 0; i < headers.names.length; i++) {
    const name = headers.names[i] as string;
    if (name.length === wanted.length && name.toLowerCase() === wanted) return headers.values[i];
  }
  return undefined;
}
