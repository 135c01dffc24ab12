import { targetByte, tokenByte, valueByte } from "../http1/bytes.ts";
import { field, fieldIdOf, nameHashPrime, nameHashSeed } from "../http1/field-names.ts";
import { type Fields, FieldsDraft, noFields } from "../http1/fields.ts";
import { type HeadLimits, isRefusal, type Refusal, type RequestHead, refusal } from "../http1/head.ts";
import { isHost } from "../http1/host.ts";
import { checkRequest } from "../http1/request-check.ts";
import { isMethod } from "../http1/request-head.ts";

/** What besides the header list decides how a request on a stream reads. */
export interface H2RequestFacts {
  readonly limits: HeadLimits;
  /** The HEADERS carried END_STREAM: no body can follow. */
  readonly endStream: boolean;
  /** How the connection came; a request that claims another scheme is noted. */
  readonly scheme: "http" | "https";
  /** 24 characters of Base64 for `Sec-WebSocket-Key`, which RFC 8441 dropped and HTTP/1.1 upstreams want. */
  readonly websocketKey: string;
}

/**
 * Turns a decoded HTTP/2 header list (names and values in turn, in wire order) into a request head that passed the
 * same checks as an HTTP/1.1 head, or refuses it.
 *
 * HTTP/2 carries lengths instead of separators, so a name or value may hold anything; written into an HTTP/1.1 message
 * it becomes a request of its own ("HTTP/2: The Sequel is Always Worse", Kettle 2021). Met here: CR, LF, NUL, colon or
 * space in names, values, method and path; pseudo-headers twice, late, unknown or missing; `transfer-encoding` and
 * other connection headers; an authority that disagrees with Host; a length without a body.
 */
export function parseH2Request(raw: readonly string[], facts: H2RequestFacts): RequestHead | Refusal {
  const pseudo = readPseudo(raw);
  if (isRefusal(pseudo)) return pseudo;
  const draft = new FieldsDraft();
  const fault = readFields(draft, raw, { from: pseudo.fields, fieldsMax: facts.limits.headersMax });
  if (fault !== undefined) return fault;
  const fit = pseudo.method === "CONNECT" ? readConnect(pseudo, draft, facts) : checkMethod(pseudo.method);
  if (fit !== undefined) return fit;
  return settle(pseudo, draft, facts);
}

interface Pseudo {
  readonly method: string;
  readonly scheme: string;
  readonly path: string;
  /** Undefined where it was not sent: HTTP/2 allows Host instead. */
  readonly authority: string | undefined;
  readonly protocol: string | undefined;
  /** Index of the first regular field in the list. */
  readonly fields: number;
}

function readPseudo(raw: readonly string[]): Pseudo | Refusal {
  const seen = new Map<string, string>();
  let at = 0;
  while (at + 1 < raw.length && raw[at]?.startsWith(":")) {
    const name = raw[at] ?? "";
    if (!pseudoNames.has(name)) return refusal(400, "pseudo-header-unknown");
    if (seen.has(name)) return refusal(400, "pseudo-header-twice");
    seen.set(name, raw[at + 1] ?? "");
    at += 2;
  }
  const method = seen.get(":method");
  const scheme = seen.get(":scheme");
  const path = seen.get(":path");
  const protocol = seen.get(":protocol");
  // Plain CONNECT has neither scheme nor path (RFC 9113 section 8.5); it asks for a tunnel to anywhere, as in HTTP/1.1.
  if (method === "CONNECT" && protocol === undefined) return refusal(405, "method-connect");
  if (method === undefined || scheme === undefined || path === undefined) return refusal(400, "pseudo-header-missing");
  if (scheme !== "http" && scheme !== "https") return refusal(400, "scheme");
  return { method, scheme, path, authority: seen.get(":authority"), protocol, fields: at };
}

const pseudoNames: ReadonlySet<string> = new Set([":method", ":scheme", ":path", ":authority", ":protocol"]);

/** Connection-specific fields, which RFC 9113 section 8.2.2 makes malformed, as is any `te` but "trailers". */
const connectionFields: ReadonlySet<number> = new Set([
  field.connection,
  field.proxyConnection,
  field.keepAlive,
  field.transferEncoding,
  field.upgrade,
  field.http2Settings,
]);

interface FieldsPlace {
  readonly from: number;
  readonly fieldsMax: number;
}

function readFields(draft: FieldsDraft, raw: readonly string[], { from, fieldsMax }: FieldsPlace): Refusal | undefined {
  if ((raw.length - from) / 2 > fieldsMax) return refusal(431, "too-many-headers");
  for (let at = from; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? "";
    const value = raw[at + 1] ?? "";
    const hash = nameHash(name);
    if (hash === undefined) return refusal(400, name.startsWith(":") ? "pseudo-header-late" : "header-name");
    if (!isValue(value)) return refusal(400, "control-in-value");
    const id = fieldIdOf(name);
    if (connectionFields.has(id)) return refusal(400, "connection-header");
    if (id === field.te && value.toLowerCase() !== "trailers") return refusal(400, "te");
    draft.push(name, value, { id, hash });
  }
  return undefined;
}

/** FNV-1a of a lower-case token; undefined for anything else. Upper case is malformed (RFC 9113 section 8.2.1). */
function nameHash(name: string): number | undefined {
  let hash = nameHashSeed;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code > 127 || tokenByte[code] !== 1 || (code >= 0x41 && code <= 0x5a)) return undefined;
    hash = Math.imul(hash ^ code, nameHashPrime);
  }
  return name.length === 0 ? undefined : hash;
}

/** No control byte anywhere and no blank at either end (RFC 9113 section 8.2.1). */
function isValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code > 255 || valueByte[code] !== 1) return false;
  }
  return value === "" || !(isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1)));
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function checkMethod(method: string): Refusal | undefined {
  if (isMethod(method)) return undefined;
  if (method === "TRACE") return refusal(405, "method-trace");
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method) ? refusal(501, "method-unknown") : refusal(400, "method");
}

/** Extended CONNECT (RFC 8441): a WebSocket is the one protocol we carry; it becomes an HTTP/1.1 upgrade behind us. */
function readConnect(pseudo: Pseudo, draft: FieldsDraft, facts: H2RequestFacts): Refusal | undefined {
  if (pseudo.protocol !== "websocket") return refusal(501, "protocol-unknown");
  const version = draft.ids.indexOf(field.secWebsocketVersion);
  if (version < 0 || draft.values[version] !== "13") return refusal(426, "upgrade-version");
  if (facts.endStream || draft.ids.includes(field.contentLength)) return refusal(400, "upgrade-with-body");
  if (draft.ids.includes(field.secWebsocketKey)) return refusal(400, "upgrade-key");
  draft.names.push("sec-websocket-key");
  draft.values.push(facts.websocketKey);
  draft.ids.push(field.secWebsocketKey);
  return undefined;
}

function settle(pseudo: Pseudo, draft: FieldsDraft, facts: H2RequestFacts): RequestHead | Refusal {
  const websocket = pseudo.method === "CONNECT";
  if (!websocket && pseudo.protocol !== undefined) return refusal(400, "protocol-without-connect");
  const { path: target } = pseudo;
  const odd = targetFault(target, websocket ? "GET" : pseudo.method, facts.limits.targetBytesMax);
  if (!Array.isArray(odd)) return odd;
  const oddities: string[] = odd;
  if (pseudo.scheme !== facts.scheme) oddities.push("scheme-disagrees");
  const authority = pseudo.authority ?? "";
  if (pseudo.authority !== undefined && !isHost(authority)) return refusal(400, "host");
  const question = target.indexOf("?");
  const head = checkRequest(
    {
      method: websocket ? "GET" : pseudo.method,
      target,
      path: question < 0 ? target : target.slice(0, question),
      query: question < 0 ? "" : target.slice(question + 1),
      minor: 2,
      authority,
    },
    draft,
    oddities,
  );
  if (isRefusal(head)) return head;
  if (head.authority === "") return refusal(400, "host-missing");
  if (websocket) return { ...head, websocket };
  if (facts.endStream && head.contentLength > 0) return refusal(400, "length-without-body");
  const announced = draft.ids.includes(field.contentLength);
  if (facts.endStream || announced) return head;
  return { ...head, framing: "chunked", contentLength: -1 };
}

/** The oddities of an origin-form target, or why it is refused. */
function targetFault(target: string, method: string, bytesMax: number): string[] | Refusal {
  if (target.length > bytesMax) return refusal(414, "target-length");
  if (target === "*") return method === "OPTIONS" ? [] : refusal(400, "target-form");
  if (target.charCodeAt(0) !== 0x2f) return refusal(400, "target-form");
  let classes = 0;
  for (let i = 0; i < target.length; i++) {
    const code = target.charCodeAt(i);
    const kind = code > 127 ? 0 : (targetByte[code] ?? 0);
    if (kind === 0) return refusal(400, code === 0x23 ? "target-fragment" : "target-character");
    classes |= 1 << kind;
  }
  const oddities: string[] = [];
  if ((classes & 4) !== 0) oddities.push("target-raw-character");
  if ((classes & 8) !== 0) oddities.push("target-backslash");
  return oddities;
}

/** Caps for the trailer section of one message. */
export interface H2TrailerLimits {
  readonly trailersMax: number;
  readonly trailerBytesMax: number;
}

/**
 * Reads a trailer section. Nothing in it may decide framing, routing or identity (RFC 9110 section 6.5.1): an upstream
 * that merges trailers into headers would otherwise take a forged `host` or `authorization` from behind the body.
 */
export function parseH2Trailers(raw: readonly string[], limits: H2TrailerLimits): Fields | Refusal {
  if (raw.length === 0) return noFields;
  const draft = new FieldsDraft();
  const bytes = raw.reduce((sum, text) => sum + text.length, 0);
  if (bytes > limits.trailerBytesMax) return refusal(431, "trailers-size");
  const fault = readFields(draft, raw, { from: 0, fieldsMax: limits.trailersMax });
  if (fault !== undefined) return refusal(fault.status, `trailer-${fault.code}`);
  if (draft.ids.some((id) => id !== field.other && id <= field.secretLast)) return refusal(400, "trailer-forbidden");
  return draft;
}
