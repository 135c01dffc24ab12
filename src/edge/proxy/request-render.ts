import { field, isOurs, type RequestHead } from "#wire";
import type { ClientOrigin } from "./client-address.ts";
import type { ConnectionFacts } from "./seam.ts";

/** What goes into the head that the upstream sees, besides what the client sent. */
export interface RenderFacts {
  readonly id: string;
  readonly origin: ClientOrigin;
  readonly facts: ConnectionFacts;
  /** Used where the client named no host (HTTP/1.0). */
  readonly upstreamAuthority: string;
  /** Lines added by actions, each `Name: value\r\n`. */
  readonly added: string;
}

/**
 * Writes the head for the upstream anew: one Host, one framing, no hop-by-hop header, forwarding headers of our own
 * making. Nothing is passed on as it was received; names and values are those that the strict parser accepted, so a
 * line cannot hold CR, LF or NUL.
 */
export function renderRequestHead(head: RequestHead, known: RenderFacts): string {
  const { facts, origin } = known;
  const authority = head.authority === "" ? known.upstreamAuthority : head.authority;
  const ready = head.nominated.length === 0 ? head.fields.lines : undefined;
  let text = `${head.method} ${head.target} HTTP/1.1\r\nHost: ${authority}\r\n${ready ?? renderLines(head)}`;
  if (head.websocket) text += "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  if (head.framing === "length") text += `Content-Length: ${head.contentLength}\r\n`;
  else if (head.framing === "chunked") text += "Transfer-Encoding: chunked\r\n";
  else if (head.method === "POST" || head.method === "PUT" || head.method === "PATCH") text += "Content-Length: 0\r\n";
  text += facts.trusted
    ? trustedLines(head, known)
    : `X-Forwarded-For: ${facts.peer}\r\nX-Forwarded-Host: ${authority}\r\n`;
  text += `X-Forwarded-Proto: ${origin.scheme}\r\nX-Real-IP: ${origin.ip}\r\nX-Request-Id: ${known.id}`;
  return `${text}\r\n${known.added}\r\n`;
}

/** Field by field, where the parser has not put the lines together: HTTP/2, several cookies, nominated names. */
function renderLines(head: RequestHead): string {
  const { names, values, ids } = head.fields;
  let text = "";
  let cookie = "";
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (id !== field.other && id <= field.forwardingLast) continue;
    if (id === field.cookie) {
      // Several Cookie lines are one list (RFC 9113 section 8.2.3); origins differ about repeated ones.
      cookie = cookie === "" ? (values[i] as string) : `${cookie}; ${values[i]}`;
      continue;
    }
    if (id === field.other && isOurs(names[i] as string)) continue;
    if (head.nominated.length > 0 && head.nominated.includes((names[i] as string).toLowerCase())) continue;
    text += `${names[i]}: ${values[i]}\r\n`;
  }
  return cookie === "" ? text : `${text}Cookie: ${cookie}\r\n`;
}

/** Behind a trusted proxy its forwarding headers are kept, with our own hop appended. */
function trustedLines(head: RequestHead, { facts }: RenderFacts): string {
  const { values, ids } = head.fields;
  const joined = (wanted: number): string => values.filter((value, i) => ids[i] === wanted && value !== "").join(", ");
  const hops = joined(field.xForwardedFor);
  const forwarded = joined(field.forwarded);
  const port = joined(field.xForwardedPort);
  let text = `X-Forwarded-For: ${hops === "" ? facts.peer : `${hops}, ${facts.peer}`}\r\n`;
  text += `X-Forwarded-Host: ${joined(field.xForwardedHost) || head.authority}\r\n`;
  if (forwarded !== "") text += `Forwarded: ${forwarded}, for=${forwardedNode(facts.peer)}\r\n`;
  if (/^[0-9]{1,5}$/.test(port)) text += `X-Forwarded-Port: ${port}\r\n`;
  return text;
}

function forwardedNode(address: string): string {
  return address.includes(":") ? `"[${address}]"` : address;
}
