import { targetByte } from "./bytes.ts";
import { field, passesInRequest } from "./field-names.ts";
import { type Fields, FieldsDraft, parseFields } from "./fields.ts";
import { type HeadLimits, isRefusal, type Refusal, type RequestHead, refusal } from "./head.ts";
import { isHost } from "./host.ts";
import { checkRequest } from "./request-check.ts";

const SP = 0x20;
const CR = 0x0d;
const LF = 0x0a;
const QUESTION = 0x3f;

/**
 * Methods we accept: those registered with IANA that llhttp knows too. CONNECT and TRACE are refused by name.
 * An unknown method is 501, so that nothing reaches an origin that some other parser would read differently.
 */
const methods: ReadonlySet<string> = new Set(
  (
    "GET HEAD POST PUT DELETE OPTIONS PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK SEARCH REPORT MKACTIVITY " +
    "CHECKOUT MERGE BIND REBIND UNBIND ACL LINK UNLINK PURGE MKCALENDAR QUERY"
  ).split(" "),
);
const methodBytesMax = 16;

/** Whether a method is one of those we accept; names are case-sensitive. */
export function isMethod(method: string): boolean {
  return methods.has(method);
}

/**
 * Reads one request head from bytes[start, end), where `end` is just behind the empty line.
 *
 * Accepts a strict subset of RFC 9112 and refuses the rest. The invariant, held by property tests: whatever this
 * accepts, llhttp in strict mode accepts with the same method, target, headers and body framing.
 */
export function parseRequestHead(bytes: Buffer, start: number, end: number, limits: HeadLimits): RequestHead | Refusal {
  const line = parseRequestLine(bytes, start, { end, limits });
  if (isRefusal(line)) return line;
  const { memory } = limits;
  const usual = memory !== undefined && isUsual(line);
  if (usual) {
    const known = memory.find(bytes, line.end, end);
    if (known !== undefined && known.fields.ids.length <= limits.headersMax && minorOf(known) === line.minor)
      return again(known, line);
  }
  const draft = new FieldsDraft();
  const fault = parseFields(draft, {
    bytes,
    text: bytes.toString("latin1", line.end, end),
    textStart: line.end,
    from: line.end,
    end,
    linesMax: limits.headersMax,
    passes: passesInRequest,
  });
  if (fault !== "") return refusal(fault === "too-many-headers" ? 431 : 400, fault);
  const head = settleTarget(line, draft);
  if (usual && !isRefusal(head) && !head.websocket) memory.keep(bytes, line.end, { end, value: head });
  return head;
}

/** Origin form without a byte that is noted: then all that is said of the header section depends on nothing else. */
function isUsual({ target, classes }: RequestLine): boolean {
  return (classes & ~2) === 0 && target.charCodeAt(0) === 0x2f;
}

function minorOf(head: RequestHead): number {
  return head.protocol === "HTTP/1.1" ? 1 : 0;
}

/** The head of a request whose header section was read before under another request line. */
function again(known: RequestHead, line: RequestLine): RequestHead {
  const { target, queryAt } = line;
  return {
    method: line.method,
    target,
    path: queryAt < 0 ? target : target.substring(0, queryAt),
    query: queryAt < 0 ? "" : target.substring(queryAt + 1),
    protocol: known.protocol,
    authority: known.authority,
    fields: known.fields,
    structure: known.structure,
    structural: known.structural,
    framing: known.framing,
    contentLength: known.contentLength,
    persistent: known.persistent,
    expectsContinue: known.expectsContinue,
    websocket: false,
    nominated: known.nominated,
    oddities: known.oddities,
  };
}

function parseRequestLine(
  bytes: Buffer,
  start: number,
  { end, limits }: { readonly end: number; readonly limits: HeadLimits },
): RequestLine | Refusal {
  let methodEnd = start;
  while (bytes[methodEnd] !== SP && methodEnd < end && methodEnd - start <= methodBytesMax) methodEnd++;
  if (methodEnd === start || bytes[methodEnd] !== SP || methodEnd - start > methodBytesMax || methodEnd >= end)
    return refusal(400, "request-line");
  const method = methodAt(bytes, start, methodEnd);
  if (!isMethod(method)) return methodRefusal(method);

  let at = methodEnd + 1;
  const targetStart = at;
  let queryAt = -1;
  let classes = 0;
  for (
    let kind = targetByte[bytes[at] as number] as number;
    kind !== 0;
    kind = targetByte[bytes[at] as number] as number
  ) {
    if (bytes[at] === QUESTION && queryAt < 0) queryAt = at;
    classes |= 1 << kind;
    at++;
  }
  if (bytes[at] !== SP || at === targetStart) return targetRefusal(bytes[at] as number);
  if (at - targetStart > limits.targetBytesMax) return refusal(414, "target-length");
  const lineEnd = at + 11;
  const minor = lineEnd > end ? -1 : minorAt(bytes, at + 1);
  if (minor < 0) return versionRefusal(bytes.toString("latin1", at + 1, Math.min(lineEnd, end)));
  return {
    method,
    target: bytes.toString("latin1", targetStart, at),
    queryAt: queryAt < 0 ? -1 : queryAt - targetStart,
    minor,
    classes,
    end: lineEnd,
  };
}

const versionStart: Uint8Array = Buffer.from("HTTP/1.");

/** 1 or 0 where `HTTP/1.1` or `HTTP/1.0` and the end of the line stand; -1 for anything else. */
function minorAt(bytes: Buffer, at: number): number {
  for (let i = 0; i < versionStart.length; i++) if (bytes[at + i] !== versionStart[i]) return -1;
  if (bytes[at + 8] !== CR || bytes[at + 9] !== LF) return -1;
  const digit = bytes[at + 7];
  return digit === 0x31 ? 1 : digit === 0x30 ? 0 : -1;
}

function methodAt(bytes: Buffer, start: number, end: number): string {
  if (end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54)
    return "GET";
  return bytes.toString("latin1", start, end);
}

interface RequestLine {
  readonly method: string;
  readonly target: string;
  readonly queryAt: number;
  readonly minor: number;
  /** Bit n: a byte of class n stood in the target. */
  readonly classes: number;
  /** First byte after the line. */
  readonly end: number;
}

function settleTarget(line: RequestLine, draft: FieldsDraft): RequestHead | Refusal {
  const { method, target } = line;
  const oddities: string[] = [];
  if ((line.classes & 4) !== 0) oddities.push("target-raw-character");
  if ((line.classes & 8) !== 0) oddities.push("target-backslash");
  if (target.charCodeAt(0) === 0x2f) {
    const path = line.queryAt < 0 ? target : target.substring(0, line.queryAt);
    const query = line.queryAt < 0 ? "" : target.substring(line.queryAt + 1);
    return checkRequest({ method, target, path, query, minor: line.minor, authority: "" }, draft, oddities);
  }
  if (target === "*") {
    if (method !== "OPTIONS") return refusal(400, "target-form");
    return checkRequest({ method, target, path: "*", query: "", minor: line.minor, authority: "" }, draft, oddities);
  }
  return settleAbsolute(line, draft, oddities);
}

/**
 * Absolute form (RFC 9112 section 3.2.2): must be understood, but a target that names another host than `Host`
 * routes one way here and another way behind us, so the two must agree.
 */
function settleAbsolute(line: RequestLine, draft: FieldsDraft, oddities: string[]): RequestHead | Refusal {
  const lower = line.target.slice(0, 8).toLowerCase();
  const schemeEnd = lower.startsWith("http://") ? 7 : lower.startsWith("https://") ? 8 : -1;
  if (schemeEnd < 0) return refusal(400, "target-form");
  const rest = line.target.slice(schemeEnd);
  const cut = rest.search(/[/?]/);
  const authority = cut < 0 ? rest : rest.slice(0, cut);
  if (!isHost(authority)) return refusal(400, "target-authority");
  const tail = cut < 0 ? "/" : rest.slice(cut);
  const target = tail.startsWith("/") ? tail : `/${tail}`;
  const question = target.indexOf("?");
  oddities.push("target-absolute");
  return checkRequest(
    {
      method: line.method,
      target,
      path: question < 0 ? target : target.slice(0, question),
      query: question < 0 ? "" : target.slice(question + 1),
      minor: line.minor,
      authority,
    },
    draft,
    oddities,
  );
}

function methodRefusal(method: string): Refusal {
  if (method === "CONNECT" || method === "TRACE") return refusal(405, `method-${method.toLowerCase()}`);
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method) ? refusal(501, "method-unknown") : refusal(400, "method");
}

function targetRefusal(byte: number): Refusal {
  if (byte === 0x23) return refusal(400, "target-fragment");
  return refusal(400, byte === 0x0d || byte === 0x0a ? "http-0.9" : "target-character");
}

function versionRefusal(version: string): Refusal {
  return /^HTTP\/[0-9]\.[0-9]\r\n$/.test(version) ? refusal(505, "version") : refusal(400, "version");
}

/** Value of the first field with this meaning, or "". */
export function fieldValue(fields: Fields, id: number): string {
  const index = fields.ids.indexOf(id);
  return index < 0 || id === field.other ? "" : (fields.values[index] as string);
}
