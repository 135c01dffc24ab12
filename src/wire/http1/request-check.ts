import { field, fieldIdOf } from "./field-names.ts";
import type { FieldsDraft } from "./fields.ts";
import { type Framing, type Refusal, type RequestHead, refusal } from "./head.ts";
import { isHost } from "./host.ts";

/** A request line whose parts were told apart. */
export interface CheckedLine {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: string;
  /** 0 or 1: HTTP/1.x. 2: HTTP/2, whose framing and connection headers do not exist. */
  readonly minor: number;
  /** From an absolute target or `:authority`; empty where only `Host` speaks. */
  readonly authority: string;
}

/** What the semantic headers of one request said. */
class Findings {
  authority = "";
  hosts = 0;
  contentLength = -1;
  chunked = false;
  close = false;
  keepAlive = false;
  upgrades = false;
  websocket = false;
  /** Whether an Upgrade header is there at all. */
  offers = false;
  expectsContinue = false;
  nominated: readonly string[] = noNames;
}

const noNames: readonly string[] = Object.freeze([]);
const protocols = ["HTTP/1.0", "HTTP/1.1", "HTTP/2.0"] as const;

/**
 * Judges the headers that decide where a message ends, where it goes and who may change it (RFC 9112 sections 3.2,
 * 6 and 9.3; RFC 9110 sections 7.6 and 10.1.1). Everything two servers have been seen to disagree about is refused.
 */
export function checkRequest(line: CheckedLine, draft: FieldsDraft, oddities: string[]): RequestHead | Refusal {
  const found = new Findings();
  const { ids, values, names } = draft;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (id > field.semanticLast) continue;
    const fault =
      id === field.other
        ? checkUnknown(names[i] as string, oddities)
        : checkSemantic(found, id, { value: values[i] as string, minor: line.minor, oddities });
    if (fault !== undefined) return fault;
  }
  if (found.hosts > 1) return refusal(400, "host-twice");
  if (found.hosts === 0 && line.minor === 1) return refusal(400, "host-missing");
  if (line.authority !== "" && found.hosts === 1 && !sameText(line.authority, found.authority))
    return refusal(400, "host-disagrees");
  if (found.chunked && found.contentLength >= 0) return refusal(400, "length-and-chunked");
  if (found.chunked && line.minor === 0) return refusal(400, "chunked-in-1.0");
  // llhttp takes what follows an upgrade request for the new protocol, we would take it for a body.
  if (found.upgrades && found.offers && (found.chunked || found.contentLength > 0))
    return refusal(400, "upgrade-with-body");
  const websocket = found.websocket && found.upgrades;
  if (websocket) {
    const fault = checkWebsocket(line, draft);
    if (fault !== undefined) return fault;
  }
  const framing: Framing = found.chunked ? "chunked" : found.contentLength > 0 ? "length" : "none";
  return {
    method: line.method,
    target: line.target,
    path: line.path,
    query: line.query,
    protocol: protocols[line.minor] ?? "HTTP/1.1",
    authority: found.hosts === 1 ? found.authority : line.authority,
    fields: draft,
    structure: draft.structure,
    structural: draft.structural,
    framing,
    contentLength: found.chunked ? -1 : Math.max(0, found.contentLength),
    persistent: line.minor === 1 ? !found.close : line.minor === 2 || (found.keepAlive && !found.close),
    expectsContinue: found.expectsContinue && line.minor === 1 && framing !== "none",
    websocket,
    nominated: found.nominated,
    oddities,
  };
}

interface Seen {
  readonly value: string;
  readonly minor: number;
  readonly oddities: string[];
}

function checkSemantic(found: Findings, id: number, seen: Seen): Refusal | undefined {
  switch (id) {
    case field.host:
      found.hosts++;
      found.authority = seen.value;
      return isHost(seen.value) ? undefined : refusal(400, "host");
    case field.contentLength:
      return checkLength(found, seen.value);
    case field.transferEncoding:
      if (found.chunked) return refusal(400, "transfer-encoding-twice");
      found.chunked = true;
      return seen.value === "chunked" || seen.value.toLowerCase() === "chunked"
        ? undefined
        : refusal(501, "transfer-encoding");
    case field.connection:
      return checkConnection(found, seen);
    case field.upgrade:
      return checkUpgrade(found, seen);
    case field.expect:
      if (found.expectsContinue || seen.value.toLowerCase() !== "100-continue") return refusal(417, "expect");
      found.expectsContinue = true;
      return undefined;
    case field.http2Settings:
      return refusal(400, "upgrade-h2c");
    case field.proxyConnection:
      seen.oddities.push("proxy-connection");
      return undefined;
    default:
      return undefined;
  }
}

/** Digits only, no sign, no list, no leading zero (`010` is eight to some and ten to others), a safe integer, once. */
function checkLength(found: Findings, value: string): Refusal | undefined {
  if (found.contentLength >= 0) return refusal(400, "length-twice");
  if (value.length === 0 || value.length > 15) return refusal(400, "length");
  let length = 0;
  for (let i = 0; i < value.length; i++) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return refusal(400, "length");
    length = length * 10 + digit;
  }
  if (value.length > 1 && value.charCodeAt(0) === 0x30) return refusal(400, "length");
  found.contentLength = length;
  return undefined;
}

function checkUpgrade(found: Findings, { value, oddities }: Seen): Refusal | undefined {
  const lower = value.toLowerCase();
  found.offers = true;
  if (lower === "websocket" && !found.websocket) {
    found.websocket = true;
    return undefined;
  }
  // h2c through a gateway that only sees the first request is a tunnel around every rule; so is any list naming it.
  if (lower.includes("h2c")) return refusal(400, "upgrade-h2c");
  if (lower.includes("websocket")) return refusal(400, "upgrade");
  oddities.push("upgrade-unknown");
  return undefined;
}

/** Usual values of `Connection`, which need no parsing. */
const connectionUsual: ReadonlyMap<string, 1 | 2 | 3> = new Map([
  ["keep-alive", 1],
  ["Keep-Alive", 1],
  ["close", 2],
  ["Close", 2],
  ["Upgrade", 3],
  ["upgrade", 3],
]);

function checkConnection(found: Findings, { value, oddities }: Seen): Refusal | undefined {
  const usual = connectionUsual.get(value);
  if (usual === 1) found.keepAlive = true;
  else if (usual === 2) found.close = true;
  else if (usual === 3) found.upgrades = true;
  else return checkConnectionList(found, value, oddities);
  return undefined;
}

/**
 * `Connection` may name headers to be dropped at this hop. Naming one that decides framing, routing, identity or
 * credentials is the "hop-by-hop header removal" attack and is refused; other names are simply not forwarded.
 */
function checkConnectionList(found: Findings, value: string, oddities: string[]): Refusal | undefined {
  const nominated: string[] = [];
  for (const part of value.split(",")) {
    const token = part.trim().toLowerCase();
    if (token === "") continue;
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(token)) return refusal(400, "connection");
    if (token === "close") found.close = true;
    else if (token === "keep-alive") found.keepAlive = true;
    else if (token === "upgrade") found.upgrades = true;
    else if (token === "te" || token === "proxy-connection") continue;
    else if (fieldIdOf(token) !== field.other || token.startsWith("x-forwarded-"))
      return refusal(400, "connection-names-header");
    else nominated.push(token);
  }
  if (nominated.length > 0) {
    oddities.push("connection-nominates");
    found.nominated = [...found.nominated, ...nominated];
  }
  return undefined;
}

/**
 * CGI-like origins read `_` as `-`, so `Content_Length` or `X_Forwarded_For` would arrive there as the real thing,
 * past every check made here. Such twins are refused; other names with underscores pass and are noted.
 */
function checkUnknown(name: string, oddities: string[]): Refusal | undefined {
  if (!name.includes("_")) return undefined;
  const id = fieldIdOf(name.replaceAll("_", "-"));
  if (id !== field.other && id <= field.secretLast) return refusal(400, "underscore-twin");
  if (!oddities.includes("header-underscore")) oddities.push("header-underscore");
  return undefined;
}

function checkWebsocket(line: CheckedLine, draft: FieldsDraft): Refusal | undefined {
  if (line.minor === 0 || line.method !== "GET") return refusal(400, "upgrade");
  const key = draft.ids.indexOf(field.secWebsocketKey);
  if (key < 0 || !/^[A-Za-z0-9+/]{22}==$/.test(draft.values[key] as string)) return refusal(400, "upgrade-key");
  const version = draft.ids.indexOf(field.secWebsocketVersion);
  return version >= 0 && draft.values[version] === "13" ? undefined : refusal(426, "upgrade-version");
}

function sameText(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}
