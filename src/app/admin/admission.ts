import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Authority } from "./admin-request.ts";

/** What a listener of the admin plane asks of its callers. */
export interface AdmissionRules {
  /** The Unix socket: its file mode is the lock. */
  readonly socket: boolean;
  /** Undefined: nobody can change anything over TCP. */
  readonly token: string | undefined;
  /** Whether looking asks for the token, too (beyond loopback, or where one is configured). */
  readonly lookNeedsToken: boolean;
  /** Host names under which the listener may be addressed, without port, lower case. */
  readonly hosts: ReadonlySet<string>;
}

/** Why a caller is turned away, or what it may do. */
export type Admission =
  | { readonly kind: "admitted"; readonly authority: Authority | "none" }
  | { readonly kind: "refused"; readonly status: number; readonly reason: string };

/**
 * Decides who may speak to the admin plane. A browser that was lured to a name which now points here is stopped by
 * its Host header (DNS rebinding), one on another site by `Sec-Fetch-Site` and `Origin` (cross-site request forgery).
 */
export function admit(request: IncomingMessage, rules: AdmissionRules): Admission {
  if (rules.socket) return { kind: "admitted", authority: "control" };
  const host = bareHost(request.headers.host ?? "");
  if (!rules.hosts.has(host)) {
    return { kind: "refused", status: 421, reason: "this listener does not answer to that Host; see admin.hosts" };
  }
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    // Typing the address or following a link from elsewhere is "none" or a top-level GET; nothing else may come across.
    const navigation = request.headers["sec-fetch-mode"] === "navigate" && request.method === "GET";
    if (!navigation) return { kind: "refused", status: 403, reason: "requests from other sites are refused" };
  }
  const origin = request.headers.origin;
  if (origin !== undefined && !(URL.canParse(origin) && bareHost(new URL(origin).host) === host)) {
    return { kind: "refused", status: 403, reason: "requests from other origins are refused" };
  }
  if (bearerFits(request, rules.token)) return { kind: "admitted", authority: "control" };
  if (basicFits(request, rules.token)) return { kind: "admitted", authority: "look" };
  return { kind: "admitted", authority: rules.lookNeedsToken ? "none" : "look" };
}

/** The host without its port, lower case, brackets kept off. */
export function bareHost(host: string): string {
  const bare = host.startsWith("[") ? host.slice(1, host.indexOf("]")) : host.replace(/:\d*$/, "");
  return bare.toLowerCase().replace(/\.$/, "");
}

function bearerFits(request: IncomingMessage, token: string | undefined): boolean {
  const [scheme, value] = (request.headers.authorization ?? "").split(" ", 2);
  return token !== undefined && scheme?.toLowerCase() === "bearer" && same(value ?? "", token);
}

/**
 * Browsers cannot send a bearer; Basic with the token as password lets them look. It never lets them change anything,
 * because browsers add it to requests that other sites cause.
 */
function basicFits(request: IncomingMessage, token: string | undefined): boolean {
  const [scheme, value] = (request.headers.authorization ?? "").split(" ", 2);
  if (token === undefined || scheme?.toLowerCase() !== "basic") return false;
  const pair = Buffer.from(value ?? "", "base64").toString("utf8");
  return same(pair.slice(pair.indexOf(":") + 1), token);
}

/** Compared by digest, so that neither length nor a common beginning shows in the time it takes. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
