import { lookup } from "node:dns/promises";
import type { IncomingMessage } from "node:http";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { isPublicAddress } from "./public-address.ts";

/** Why nothing was fetched. */
export type FetchRefusal =
  | "url"
  | "scheme"
  | "credentials"
  | "port"
  | "private-address"
  | "name-lookup"
  | "redirect"
  | "status"
  | "encoding"
  | "too-large"
  | "timeout"
  | "connection";

export type SafeFetchResult =
  | {
      readonly kind: "body";
      readonly body: Buffer;
      readonly headers: Readonly<Record<string, string>>;
      readonly address: string;
      readonly status: number;
    }
  | { readonly kind: "refused"; readonly reason: FetchRefusal; readonly detail: string };

/** For tests alone, and only ever passed as an argument: never read from configuration. */
export interface FetchTestAllowance {
  /** Addresses let through although they are not public. */
  readonly addresses: readonly string[];
  /** Any port, and http as well as https. */
  readonly plainHttp: true;
}

/** A server of the operator's own, named in the configuration. */
export interface OwnServer {
  /** Addresses let through although they are not public; every other address is held to the rule. */
  readonly addresses: readonly string[];
  /** Certificate authorities (PEM) that vouch for it, in place of the system's. */
  readonly ca?: string | undefined;
}

export interface SafeFetchOptions {
  readonly bytesMax: number;
  /** From the name lookup to the last byte. */
  readonly timeoutMs: number;
  /** All addresses of a name. Default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly signal?: AbortSignal;
  /**
   * Addresses of the operator's own network that may be reached although they are not public, on any port and by http, too.
   * Only ever the operator's word about a URL of the operator's own; never taken from a stranger.
   */
  readonly inside?: readonly string[];
  /** Sends this instead of asking; then every 2xx is a success. */
  readonly post?: { readonly body: string; readonly headers: Readonly<Record<string, string>> };
  /** Sent along when asking, not when sending. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Reaches a server that may stand inside the operator's network, on any port; still https alone. */
  readonly own?: OwnServer;
  /** Hands over answers of status 400 to 499 as they are: a refusal whose words matter. */
  readonly refusals?: "handed-over";
  readonly testing?: FetchTestAllowance;
}

/**
 * Fetches a URL that a stranger may have chosen (server-side request forgery is the attack): https on port 443 only, no
 * credentials, no redirects, no content coding, capped in bytes and in time. The name is resolved once, every address
 * it has must be public, and the connection goes to one of exactly those addresses, so a name that changes its answer between
 * check and use (DNS rebinding) changes nothing. The certificate is checked against the name as usual.
 */
export async function safeFetch(url: string, options: SafeFetchOptions): Promise<SafeFetchResult> {
  const inside = options.inside ?? [];
  const target = checkUrl(url, {
    testing: options.testing ?? (inside.length > 0 ? { addresses: inside, plainHttp: true } : undefined),
    own: options.own,
  });
  if ("kind" in target) return target;
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  const address = await checkAddress(target.url, options, signal);
  if (typeof address !== "string") return address;
  // What the operator allows inside is allowed there alone: beyond it the rules of the public internet hold.
  const strict = inside.includes(address) ? undefined : checkUrl(url, options);
  if (strict !== undefined && "kind" in strict) return strict;
  return new Promise((resolve) => exchange(target.url, { address, options, signal }, resolve));
}

function checkUrl(
  text: string,
  { testing, own }: { readonly testing?: FetchTestAllowance | undefined; readonly own?: OwnServer | undefined },
): { readonly url: URL } | SafeFetchResult {
  if (text.length > 2_048 || !URL.canParse(text))
    return refused("url", `not a URL: ${JSON.stringify(text.slice(0, 100))}`);
  const url = new URL(text);
  const http = url.protocol === "http:" && testing?.plainHttp === true;
  if (url.protocol !== "https:" && !http) return refused("scheme", `expected https, found "${url.protocol}"`);
  if (url.username !== "" || url.password !== "")
    return refused("credentials", "the URL carries a user name or password");
  if (url.port !== "" && testing === undefined && own === undefined)
    return refused("port", `expected port 443, found ${url.port}`);
  return { url };
}

/** @returns The one address to connect to. */
async function checkAddress(
  url: URL,
  options: SafeFetchOptions,
  signal: AbortSignal,
): Promise<string | SafeFetchResult> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  let addresses: readonly string[];
  try {
    addresses = isIP(host) !== 0 ? [host] : await raced((options.resolve ?? systemResolve)(host), signal);
  } catch (error) {
    return signal.aborted
      ? refused("timeout", `looking up "${host}"`)
      : refused("name-lookup", `"${host}": ${String(error)}`);
  }
  const { testing, inside, own } = options;
  const allowed = [...(testing?.addresses ?? []), ...(inside ?? []), ...(own?.addresses ?? [])];
  // One private address among public ones is enough to refuse: an attacker lists both and waits for the draw.
  const bad = addresses.find((address) => !isPublicAddress(address) && !allowed.includes(address));
  if (bad !== undefined)
    return refused("private-address", `"${host}" resolves to ${bad}, which is not a public address`);
  return addresses[0] ?? refused("name-lookup", `"${host}" has no address`);
}

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function raced<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("timeout")), { once: true });
    work.then(resolve, reject);
  });
}

interface Connection {
  readonly address: string;
  readonly options: SafeFetchOptions;
  readonly signal: AbortSignal;
}

function exchange(
  url: URL,
  { address, options, signal }: Connection,
  resolve: (result: SafeFetchResult) => void,
): void {
  const family = isIP(address);
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  const request = send(url, {
    agent: false,
    signal,
    ...(options.own?.ca === undefined ? {} : { ca: options.own.ca }),
    method: options.post === undefined ? "GET" : "POST",
    headers: {
      accept: "*/*",
      "accept-encoding": "identity",
      "user-agent": "gait",
      connection: "close",
      ...(options.post === undefined
        ? options.headers
        : { ...options.post.headers, "content-length": String(Buffer.byteLength(options.post.body)) }),
    },
    // The address was checked above; asking the resolver again here is where rebinding would strike.
    lookup: (_host, lookupOptions, callback) => {
      if (lookupOptions.all === true) callback(null, [{ address, family }]);
      else callback(null, address, family);
    },
  });
  request.on("error", (error) => {
    resolve(
      refused(
        signal.aborted ? "timeout" : "connection",
        signal.aborted ? `after ${options.timeoutMs} ms` : error.message,
      ),
    );
  });
  request.on("response", (response) => {
    const problem = checkHead(response, options);
    if (problem !== undefined) {
      request.destroy();
      resolve(problem);
      return;
    }
    const parts: Buffer[] = [];
    let bytes = 0;
    response.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes > options.bytesMax) {
        request.destroy();
        resolve(refused("too-large", `more than ${options.bytesMax} bytes`));
      } else parts.push(part);
    });
    response.on("end", () => {
      const status = response.statusCode ?? 0;
      resolve({ kind: "body", body: Buffer.concat(parts), headers: flat(response), address, status });
    });
    response.on("error", () => resolve(refused(signal.aborted ? "timeout" : "connection", "the answer broke off")));
  });
  request.end(options.post?.body);
}

function checkHead(response: IncomingMessage, options: SafeFetchOptions): SafeFetchResult | undefined {
  const { bytesMax, post, refusals } = options;
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400)
    return refused("redirect", `to ${JSON.stringify((response.headers.location ?? "").slice(0, 100))}`);
  const sent = post !== undefined && status >= 200 && status < 300;
  const told = refusals === "handed-over" && status >= 400 && status < 500;
  if (status !== 200 && !sent && !told) return refused("status", `expected 200, found ${status}`);
  const coding = response.headers["content-encoding"] ?? "identity";
  if (coding !== "identity") return refused("encoding", `asked for identity, found "${coding}"`);
  if (Number(response.headers["content-length"] ?? 0) > bytesMax)
    return refused("too-large", `announces ${response.headers["content-length"]} bytes`);
  return undefined;
}

function flat(response: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
}

function refused(reason: FetchRefusal, detail: string): SafeFetchResult {
  return { kind: "refused", reason, detail };
}
