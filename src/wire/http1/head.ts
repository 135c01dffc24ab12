import type { Fields } from "./fields.ts";
import type { HeadMemory } from "./head-memory.ts";

/** How a message's body is delimited (RFC 9112 section 6). */
export type Framing = "none" | "length" | "chunked";

/** A request head that passed every check. HTTP/1 and HTTP/2 both end up here. */
export interface RequestHead {
  readonly method: string;
  /** Origin form (`/path?query`), or `*`: what is forwarded. */
  readonly target: string;
  readonly path: string;
  /** Without the "?". */
  readonly query: string;
  readonly protocol: "HTTP/1.0" | "HTTP/1.1" | "HTTP/2.0";
  /** As sent, port included. Empty only for HTTP/1.0 without Host. */
  readonly authority: string;
  readonly fields: Fields;
  readonly structure: number;
  readonly structural: number;
  readonly framing: Framing;
  /** Body bytes announced; 0 without a body, -1 when chunked or not announced. */
  readonly contentLength: number;
  /** Whether the client lets the connection live on. */
  readonly persistent: boolean;
  readonly expectsContinue: boolean;
  /** A well-formed WebSocket handshake (RFC 6455 section 4.1, RFC 8441). */
  readonly websocket: boolean;
  /** Lower-case names that `Connection` declared hop-by-hop beyond the usual ones. Not forwarded. */
  readonly nominated: readonly string[];
  readonly oddities: readonly string[];
}

/** Why a request is not accepted, and the status that says so. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
}

/** Caps for one head. */
export interface HeadLimits {
  readonly headersMax: number;
  readonly targetBytesMax: number;
  /** Header sections read before; absent: every section is parsed. */
  readonly memory?: HeadMemory | undefined;
}

/** Whether parsing ended in a refusal. */
export function isRefusal(result: object): result is Refusal {
  return "code" in result;
}

/** A refusal value; kept in one place so that all have one shape. */
export function refusal(status: number, code: string): Refusal {
  return { status, code };
}
