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
const byLowerName = new Map<string, number>();

/** One spelling of a known name. Most clients write a name in its usual form or in lower case. */
interface Spelling {
  readonly text: string;
  readonly id: number;
  readonly hash: number;
}

const slotsMask = 1_023;
const slots: (Spelling | undefined)[] = new Array<Spelling | undefined>(slotsMask + 1).fill(undefined);

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
  byLowerName.set(lower, id);
  for (const text of new Set([name, lower])) {
    let slot = slotOf(hashOf(text));
    while (slots[slot] !== undefined) slot = (slot + 1) & slotsMask;
    slots[slot] = { text, id, hash: hashOf(text) };
  }
}

/**
 * The known spelling at bytes[start, end), whose FNV-1a hash the caller has computed on the way, or undefined. The
 * hash only finds the candidate: every byte is compared, so a crafted collision cannot make one name pass for another.
 */
export function spellingAt(bytes: Uint8Array, start: number, end: number, hash: number): Spelling | undefined {
  let slot = slotOf(hash);
  for (let spelling = slots[slot]; spelling !== undefined; spelling = slots[slot]) {
    if (spelling.hash === hash && sameBytes(bytes, start, end, spelling.text)) return spelling;
    slot = (slot + 1) & slotsMask;
  }
  return undefined;
}

function sameBytes(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (text.length !== end - start) return false;
  for (let i = start, k = 0; i < end; i++, k++) if (bytes[i] !== text.charCodeAt(k)) return false;
  return true;
}

/** The known name a text stands for, whatever its case; `field.other` where it has no meaning to a gateway. */
export function fieldIdOf(name: string): number {
  return byLowerName.get(name) ?? byLowerName.get(name.toLowerCase()) ?? field.other;
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

/** 1 where a line of a request may go on to the upstream: neither hop-by-hop, nor framing, nor forwarding. */
export const passesInRequest: Uint8Array = new Uint8Array(idsMax).fill(1);
/** 1 where a line of an answer may go on to the client. */
export const passesInAnswer: Uint8Array = new Uint8Array(idsMax).fill(1);
for (let id: number = field.host; id <= field.forwardingLast; id++) {
  passesInRequest[id] = 0;
  passesInAnswer[id] = id <= field.semanticLast || id === field.xRequestId ? 0 : 1;
}

/** `X-Gait-…` is ours to say: an origin that believes it must never hear it from a client, in either spelling. */
export function isOurs(name: string): boolean {
  return (name.charCodeAt(2) | 0x20) === 0x67 && /^x[-_]gait[-_]/i.test(name);
}
