import { field, fieldIdOf, passesInAnswer } from "./field-names.ts";
import { type Fields, FieldsDraft, parseFields } from "./fields.ts";
import { isRefusal, type Refusal, refusal } from "./head.ts";
import type { AnswerMemory } from "./head-memory.ts";

/** How an answer's body ends: HTTP/1 may also end it by closing. */
export type ResponseFraming = "none" | "length" | "chunked" | "close";

/** An upstream's answer head that passed every check. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly minor: number;
  readonly fields: Fields;
  readonly framing: ResponseFraming;
  /** Body bytes that follow; -1 when not announced. For HEAD and 304 what GET would have had, or -1. */
  readonly contentLength: number;
  /** Whether the upstream lets the connection live on. */
  readonly persistent: boolean;
  /** Lower-case names that `Connection` declared hop-by-hop. */
  readonly nominated: readonly string[];
}

const noNames: readonly string[] = Object.freeze([]);

/**
 * Reads one answer head from bytes[start, end), where `end` is just behind the empty line. As strict as the request
 * side: an answer that two parsers could read differently desynchronises the connection behind us (response
 * splitting, answer-queue poisoning), so it becomes 502 and its connection is never used again.
 *
 * @param method The request's method: HEAD has no body whatever the headers say (RFC 9112 section 6.3).
 */
export function parseResponseHead(
  bytes: Buffer,
  start: number,
  end: number,
  {
    method,
    headersMax,
    memory,
  }: { readonly method: string; readonly headersMax: number; readonly memory?: AnswerMemory },
): ResponseHead | Refusal {
  // The answer to HEAD is framed differently; it is parsed each time.
  const usual = memory !== undefined && method !== "HEAD";
  const known = usual ? memory.find(bytes, start, end) : undefined;
  if (known !== undefined && known.fields.ids.length <= headersMax) return known;
  const head = parseWhole(bytes, start, { end, method, headersMax });
  if (usual && !isRefusal(head)) memory.keep(bytes, start, { end, value: head });
  return head;
}

function parseWhole(
  bytes: Buffer,
  start: number,
  { end, method, headersMax }: { readonly end: number; readonly method: string; readonly headersMax: number },
): ResponseHead | Refusal {
  const text = bytes.toString("latin1", start, end);
  const minor = text.startsWith("HTTP/1.1 ") ? 1 : text.startsWith("HTTP/1.0 ") ? 0 : -1;
  if (minor < 0) return refusal(502, "answer-version");
  const status = (text.charCodeAt(9) - 0x30) * 100 + (text.charCodeAt(10) - 0x30) * 10 + (text.charCodeAt(11) - 0x30);
  if (!(status >= 100 && status <= 599) || !areDigits(text, 9, 12)) return refusal(502, "answer-status");
  const lineEnd = text.indexOf("\r\n");
  const separator = text.charCodeAt(12);
  if (separator !== 0x20 && separator !== 0x0d) return refusal(502, "answer-status");
  const reason = lineEnd > 13 ? text.substring(13, lineEnd) : "";
  if (reason !== "" && reason !== "OK" && !/^[\t\x20-\x7e\x80-\xff]*$/.test(reason))
    return refusal(502, "answer-reason");

  const draft = new FieldsDraft();
  const from = start + lineEnd + 2;
  const fault = parseFields(draft, {
    bytes,
    text,
    textStart: start,
    from,
    end,
    linesMax: headersMax,
    passes: passesInAnswer,
  });
  if (fault !== "") return refusal(502, `answer-${fault}`);
  return settle(draft, { status, reason, minor, method });
}

interface StatusLine {
  readonly status: number;
  readonly reason: string;
  readonly minor: number;
  readonly method: string;
}

function settle(draft: FieldsDraft, line: StatusLine): ResponseHead | Refusal {
  let contentLength = -1;
  let chunked = false;
  let close = line.minor === 0;
  let nominated = noNames;
  const { ids, values } = draft;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (id > field.connection || id === field.other) continue;
    const value = values[i] as string;
    if (id === field.contentLength) {
      if (contentLength >= 0 || !isLength(value)) return refusal(502, "answer-length");
      contentLength = Number(value);
    } else if (id === field.transferEncoding) {
      if (chunked || value.toLowerCase() !== "chunked" || line.minor === 0)
        return refusal(502, "answer-transfer-encoding");
      chunked = true;
    } else if (id === field.connection && value !== "keep-alive") {
      const tokens = value
        .toLowerCase()
        .split(",")
        .map((token) => token.trim());
      if (tokens.includes("close")) close = true;
      else if (tokens.includes("keep-alive")) close = false;
      nominated = [...nominated, ...tokens.filter((token) => isNominated(token))];
    }
  }
  if (chunked && contentLength >= 0) return refusal(502, "answer-length-and-chunked");
  const { status } = line;
  const bodiless = status < 200 || status === 204 || status === 304 || line.method === "HEAD";
  if ((status < 200 || status === 204) && (chunked || contentLength > 0)) return refusal(502, "answer-body-forbidden");
  const framing = bodiless ? "none" : chunked ? "chunked" : contentLength >= 0 ? "length" : "close";
  return {
    status,
    reason: line.reason,
    minor: line.minor,
    fields: draft,
    framing: framing === "length" && contentLength === 0 ? "none" : framing,
    contentLength: status === 204 || status < 200 ? -1 : contentLength,
    persistent: !close && framing !== "close",
    nominated,
  };
}

/** An origin may nominate its own extension headers; names with a meaning to a gateway are handled on their own. */
function isNominated(token: string): boolean {
  return (
    token !== "" &&
    token !== "close" &&
    token !== "keep-alive" &&
    token !== "upgrade" &&
    fieldIdOf(token) === field.other
  );
}

function areDigits(text: string, from: number, end: number): boolean {
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** Digits without a leading zero, as many as a safe integer holds. */
function isLength(value: string): boolean {
  if (value.length === 0 || value.length > 15 || !areDigits(value, 0, value.length)) return false;
  return value.length === 1 || value.charCodeAt(0) !== 0x30;
}
