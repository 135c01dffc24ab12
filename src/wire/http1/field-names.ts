import { lowerByte } from "./bytes.ts";

/**
 * Header names with a meaning to a gateway, as small numbers. `other` is every name without one.
 * Up to `semanticLast` a name takes part in framing, routing or hop-by-hop handling and is looked at by the parser.
 */
export const field = {
  other: 0,
  host: 1,
  contentLength: 2,
  transferEncoding: 3,
  connection: 4,
  upgrade: 5,
  expect: 6,
  te: 7,
  trailer: 8,
  keepAlive: 9,
  proxyConnection: 10,
  http2Settings: 11,
  proxyAuthorization: 12,
  proxyAuthenticate: 13,
  semanticLast: 13,
  forwarded: 14,
  xForwardedFor: 15,
  xForwardedHost: 16,
  xForwardedProto: 17,
  xForwardedPort: 18,
  xRealIp: 19,
  xRequestId: 20,
  forwardingLast: 20,
  cookie: 21,
  authorization: 22,
  setCookie: 23,
  xApiKey: 24,
  xAuthToken: 25,
  secretLast: 25,
  userAgent: 26,
  referer: 27,
  contentType: 28,
  location: 29,
  date: 30,
  secWebsocketKey: 31,
  secWebsocketVersion: 32,
  secWebsocketAccept: 33,
  contentEncoding: 34,
  ifNoneMatch: 35,
  ifModifiedSince: 36,
  ifMatch: 37,
  ifUnmodifiedSince: 38,
  ifRange: 39,
  range: 40,
  origin: 41,
  cacheControl: 42,
  pragma: 43,
  accept: 44,
  acceptEncoding: 45,
  acceptLanguage: 46,
  traceparent: 47,
  tracestate: 48,
  secFetchSite: 49,
  secFetchMode: 50,
  secFetchDest: 51,
  secFetchUser: 52,
  upgradeInsecureRequests: 53,
  server: 54,
  contentLanguage: 55,
  etag: 56,
  lastModified: 57,
  vary: 58,
  priority: 59,
  secChUa: 60,
  secChUaMobile: 61,
  secChUaPlatform: 62,
  xRequestedWith: 63,
  via: 64,
} as const;

export type FieldId = (typeof field)[keyof typeof field];

const canonical: ReadonlyArray<readonly [number, string]> = [
  [field.host, "Host"],
  [field.contentLength, "Content-Length"],
  [field.transferEncoding, "Transfer-Encoding"],
  [field.connection, "Connection"],
  [field.upgrade, "Upgrade"],
  [field.expect, "Expect"],
  [field.te, "TE"],
  [field.trailer, "Trailer"],
  [field.keepAlive, "Keep-Alive"],
  [field.proxyConnection, "Proxy-Connection"],
  [field.http2Settings, "HTTP2-Settings"],
  [field.proxyAuthorization, "Proxy-Authorization"],
  [field.proxyAuthenticate, "Proxy-Authenticate"],
  [field.forwarded, "Forwarded"],
  [field.xForwardedFor, "X-Forwarded-For"],
  [field.xForwardedHost, "X-Forwarded-Host"],
  [field.xForwardedProto, "X-Forwarded-Proto"],
  [field.xForwardedPort, "X-Forwarded-Port"],
  [field.xRealIp, "X-Real-IP"],
  [field.xRequestId, "X-Request-Id"],
  [field.cookie, "Cookie"],
  [field.authorization, "Authorization"],
  [field.setCookie, "Set-Cookie"],
  [field.xApiKey, "X-API-Key"],
  [field.xAuthToken, "X-Auth-Token"],
  [field.userAgent, "User-Agent"],
  [field.referer, "Referer"],
  [field.contentType, "Content-Type"],
  [field.location, "Location"],
  [field.date, "Date"],
  [field.secWebsocketKey, "Sec-WebSocket-Key"],
  [field.secWebsocketVersion, "Sec-WebSocket-Version"],
  [field.secWebsocketAccept, "Sec-WebSocket-Accept"],
  [field.contentEncoding, "Content-Encoding"],
  [field.ifNoneMatch, "If-None-Match"],
  [field.ifModifiedSince, "If-Modified-Since"],
  [field.ifMatch, "If-Match"],
  [field.ifUnmodifiedSince, "If-Unmodified-Since"],
  [field.ifRange, "If-Range"],
  [field.range, "Range"],
  [field.origin, "Origin"],
  [field.cacheControl, "Cache-Control"],
  [field.pragma, "Pragma"],
  [field.accept, "Accept"],
  [field.acceptEncoding, "Accept-Encoding"],
  [field.acceptLanguage, "Accept-Language"],
  [field.traceparent, "traceparent"],
  [field.tracestate, "tracestate"],
  [field.secFetchSite, "Sec-Fetch-Site"],
  [field.secFetchMode, "Sec-Fetch-Mode"],
  [field.secFetchDest, "Sec-Fetch-Dest"],
  [field.secFetchUser, "Sec-Fetch-User"],
  [field.upgradeInsecureRequests, "Upgrade-Insecure-Requests"],
  [field.server, "Server"],
  [field.contentLanguage, "Content-Language"],
  [field.etag, "ETag"],
  [field.lastModified, "Last-Modified"],
  [field.vary, "Vary"],
  [field.priority, "Priority"],
  [field.secChUa, "sec-ch-ua"],
  [field.secChUaMobile, "sec-ch-ua-mobile"],
  [field.secChUaPlatform, "sec-ch-ua-platform"],
  [field.xRequestedWith, "X-Requested-With"],
  [field.via, "Via"],
];

const idsMax = 128;
const canonicalName: string[] = new Array<string>(idsMax).fill("");
const lowerName: string[] = new Array<string>(idsMax).fill("");
const canonicalHash: Int32Array = new Int32Array(idsMax);
const lowerHash: Int32Array = new Int32Array(idsMax);
const slotsMask = 511;
const slots: Uint8Array = new Uint8Array(slotsMask + 1);
const byLowerName = new Map<string, number>();

/** Start and prime of FNV-1a. Unkeyed is safe here: a hit is verified byte by byte before it counts. */
export const nameHashSeed: number = 0x811c9dc5 | 0;
export const nameHashPrime: number = 0x01000193;

function hashOf(text: string): number {
  let hash = nameHashSeed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), nameHashPrime);
  return hash;
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & slotsMask;
}

for (const [id, name] of canonical) {
  const lower = name.toLowerCase();
  canonicalName[id] = name;
  lowerName[id] = lower;
  canonicalHash[id] = hashOf(name);
  lowerHash[id] = hashOf(lower);
  byLowerName.set(lower, id);
  let slot = slotOf(hashOf(lower));
  while (slots[slot] !== 0) slot = (slot + 1) & slotsMask;
  slots[slot] = id;
}

/**
 * The known name at bytes[start, end), whose lower-case FNV-1a hash the caller has computed on the way. The hash
 * only finds the candidate: every byte is compared, so a crafted collision cannot make one name pass for another.
 */
export function fieldIdAt(bytes: Uint8Array, start: number, end: number, hash: number): number {
  let slot = slotOf(hash);
  for (let id = slots[slot] as number; id !== 0; id = slots[slot] as number) {
    if (lowerHash[id] === hash && sameName(bytes, start, end, lowerName[id] as string)) return id;
    slot = (slot + 1) & slotsMask;
  }
  return field.other;
}

function sameName(bytes: Uint8Array, start: number, end: number, lower: string): boolean {
  if (lower.length !== end - start) return false;
  for (let i = start, k = 0; i < end; i++, k++) {
    if (lowerByte[bytes[i] as number] !== lower.charCodeAt(k)) return false;
  }
  return true;
}

/** The known name a text stands for, whatever its case; `field.other` where it has no meaning to a gateway. */
export function fieldIdOf(name: string): number {
  return byLowerName.get(name) ?? byLowerName.get(name.toLowerCase()) ?? field.other;
}

/** A shared string for a known name in its usual or in lower case, or "" where the case is unusual. */
export function sharedName(id: number, exactHash: number): string {
  if (canonicalHash[id] === exactHash) return canonicalName[id] as string;
  return lowerHash[id] === exactHash ? (lowerName[id] as string) : "";
}

/** The usual spelling of a known name. */
export function usualName(id: number): string {
  return canonicalName[id] as string;
}

/** 1 for names whose presence depends on the page or on hops before us rather than on the client's software. */
const situational: Uint8Array = new Uint8Array(idsMax);
for (const id of [
  field.contentLength,
  field.transferEncoding,
  field.expect,
  field.forwarded,
  field.xForwardedFor,
  field.xForwardedHost,
  field.xForwardedProto,
  field.xForwardedPort,
  field.xRealIp,
  field.xRequestId,
  field.cookie,
  field.authorization,
  field.referer,
  field.contentType,
  field.ifNoneMatch,
  field.ifModifiedSince,
  field.ifMatch,
  field.ifUnmodifiedSince,
  field.ifRange,
  field.range,
  field.origin,
  field.cacheControl,
  field.pragma,
  field.traceparent,
  field.tracestate,
  field.via,
]) {
  situational[id] = 1;
}

/** Whether a name is left out of the structural fingerprint. */
export function isSituational(id: number): boolean {
  return situational[id] === 1;
}
