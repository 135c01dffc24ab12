import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from "node:http2";
import { checkServerIdentity } from "node:tls";
import {
  type Fields,
  FieldsDraft,
  field,
  fieldIdOf,
  fieldValue,
  noFields,
  type RequestHead,
  type ResponseHead,
} from "#wire";
import { Timed } from "../proxy/timer-wheel.ts";
import type { ClientKey, ConnectionOwner, UpstreamConnection, UpstreamSink } from "../proxy/upstream-connection.ts";
import { connectFault, type UpstreamAddress } from "../proxy/upstream-socket.ts";

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = constants;

const sessionOptions = {
  settings: { enablePush: false },
  maxSessionMemory: 64,
  // What a client may send twice was decided by our parser; the runtime's own list would throw.
  strictSingleValueFields: false,
};

/** One HTTP/2 session to one upstream address (over TLS, or cleartext by prior knowledge), opened when it is first needed. */
export class Http2UpstreamLine {
  readonly scheme: "http" | "https";
  readonly #address: UpstreamAddress;
  #session: ClientHttp2Session | undefined;

  constructor(address: UpstreamAddress) {
    this.#address = address;
    this.scheme = address.tls === undefined ? "http" : "https";
  }

  session(): ClientHttp2Session {
    const known = this.#session;
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const session = this.#connect();
    session.on("error", ignore);
    session.on("goaway", () => session.close());
    session.unref();
    this.#session = session;
    return session;
  }

  close(): void {
    this.#session?.close();
  }

  #connect(): ClientHttp2Session {
    const { host, port, tls } = this.#address;
    const origin = `${this.scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
    if (tls === undefined) return connect(origin, sessionOptions);
    return connect(origin, {
      ...sessionOptions,
      secureContext: tls.secureContext,
      servername: tls.servername,
      checkServerIdentity: (_name, certificate) => checkServerIdentity(tls.expectedName, certificate),
    });
  }
}

/**
 * One exchange on a session to an upstream, in the shape of an upstream connection. HTTP/2 upstreams are what gRPC needs
 * (trailers behind every answer), and the cure for request smuggling: lengths instead of separators ("HTTP/1.1 must die",
 * Kettle 2025). A stream is used once; its session serves many.
 */
export class Http2UpstreamStream extends Timed implements UpstreamConnection {
  client: ClientKey | undefined = undefined;
  uses = 0;
  readonly isIdle = false;
  readonly #owner: ConnectionOwner;
  readonly #line: Http2UpstreamLine;
  #sink: UpstreamSink | undefined;
  #stream: ClientHttp2Stream | undefined;
  #answered = false;
  #ended = false;
  #trailers: Fields = noFields;
  /** gRPC streams stay open in silence, as WebSockets do. */
  #longLived = false;
  #dead = false;

  constructor(owner: ConnectionOwner, line: Http2UpstreamLine) {
    super();
    this.#owner = owner;
    this.#line = line;
  }

  begin(sink: UpstreamSink, head: RequestHead, rendered: string): void {
    this.uses++;
    this.#sink = sink;
    this.#longLived = fieldValue(head.fields, field.contentType).startsWith("application/grpc");
    if (head.websocket) {
      this.#fail(502, "upstream-http2-websocket");
      return;
    }
    const endStream = head.framing === "none";
    try {
      const stream = this.#line.session().request(headersOf(rendered, this.#line.scheme), { endStream });
      this.#stream = stream;
      this.#listen(stream);
      this.#watch();
    } catch {
      this.#fail(502, "upstream-http2-request");
    }
  }

  body(chunk: Buffer): boolean {
    const stream = this.#stream;
    if (this.#dead || stream === undefined || stream.writableEnded) return true;
    stream.write(Buffer.from(chunk));
    return !stream.writableNeedDrain;
  }

  end(_trailers: Fields): void {
    this.#stream?.end();
    if (!this.#dead) this.#watch();
  }

  flush(): void {
    // The engine gathers what is written in one turn on its own.
  }

  pause(): void {
    this.#stream?.pause();
    this.#owner.wheel.clear(this);
  }

  resume(): void {
    if (this.#dead) return;
    this.#stream?.resume();
    this.#watch();
  }

  cancel(): void {
    this.#sink = undefined;
    this.destroy();
  }

  destroy(): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#owner.wheel.clear(this);
    if (this.#stream?.closed === false) this.#stream.close(NGHTTP2_CANCEL);
    this.#owner.closed(this);
  }

  override expired(): void {
    this.#fail(504, this.#answered ? "upstream-stalled" : "upstream-timeout");
  }

  #listen(stream: ClientHttp2Stream): void {
    stream.on("headers", (headers) => this.#sink?.upstreamInterim(Number(headers[":status"]), noFields));
    stream.on("response", (_headers, flags, raw: readonly string[]) => this.#onResponse(raw, flags));
    stream.on("trailers", (_headers, _flags, raw: readonly string[]) => {
      this.#trailers = fieldsOf(raw);
    });
    stream.on("data", (chunk: Buffer) => {
      this.#watch();
      if (this.#sink?.upstreamBody(chunk) === false) this.pause();
      this.#sink?.upstreamFlush();
    });
    stream.on("drain", () => this.#sink?.upstreamDrained());
    stream.on("end", () => {
      this.#ended = true;
      // An answer cut off ends with "aborted" and an error code; only a clean end is a whole answer.
      if (this.#answered && !stream.aborted && stream.rstCode === 0) this.#finish();
    });
    stream.on("error", (error: NodeJS.ErrnoException) => this.#onError(error));
    stream.on("close", () => {
      const refused = stream.rstCode === NGHTTP2_REFUSED_STREAM;
      this.#fail(502, refused ? "upstream-http2-refused" : this.#ended ? "upstream-reset" : "upstream-closed");
    });
  }

  /** A session that could not be had ends its streams with what it failed of; what else goes wrong is told by "close". */
  #onError(error: NodeJS.ErrnoException): void {
    const code = connectFault(error.cause instanceof Error ? error.cause : error);
    if (code === "upstream-tls") this.#fail(502, code);
  }

  #onResponse(raw: readonly string[], flags: number): void {
    if (this.#dead) return;
    const fields = fieldsOf(raw);
    const length = fieldValue(fields, field.contentLength);
    const contentLength = /^(?:0|[1-9][0-9]{0,14})$/.test(length) ? Number(length) : -1;
    const whole = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    this.#answered = true;
    this.#owner.connected(this);
    this.#watch();
    const head: ResponseHead = {
      status: Number(raw[raw.indexOf(":status") + 1]),
      reason: "",
      minor: 1,
      fields,
      framing: whole ? "none" : contentLength > 0 ? "length" : "chunked",
      contentLength,
      persistent: true,
      nominated: [],
    };
    this.#sink?.upstreamAnswer(head);
    this.#sink?.upstreamFlush();
    if (whole) this.#finish();
  }

  #finish(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.destroy();
    sink?.upstreamEnd(this.#trailers);
    sink?.upstreamFlush();
  }

  #fail(status: number, code: string): void {
    if (this.#dead) return;
    const sink = this.#sink;
    this.#sink = undefined;
    const untouched = !this.#answered;
    this.destroy();
    sink?.upstreamFault({ status, code, untouched });
  }

  #watch(): void {
    const { limits, wheel } = this.#owner;
    const spanMs = this.#longLived
      ? limits.tunnelIdleMs
      : this.#answered
        ? limits.upstreamStallMs
        : limits.upstreamHeadMs;
    wheel.set(this, wheel.now + spanMs);
  }
}

/** Names that belong to an HTTP/1.1 connection, or that a pseudo-header replaces. */
const replaced: ReadonlySet<string> = new Set(["host", "connection", "upgrade", "transfer-encoding"]);

/** The header list for the head that was written for an HTTP/1.1 upstream: same allow-list, same forwarding headers. */
function headersOf(rendered: string, scheme: string): OutgoingHttpHeaders {
  const [first = "", ...lines] = rendered.split("\r\n");
  const [method, path] = first.split(" ");
  const headers: OutgoingHttpHeaders = {};
  const lists: Record<string, string[]> = Object.create(null);
  headers[":method"] = method ?? "";
  headers[":scheme"] = scheme;
  headers[":path"] = path ?? "";
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 2);
    if (name === "host") headers[":authority"] = value;
    if (replaced.has(name)) continue;
    const before = lists[name];
    if (before === undefined) lists[name] = [value];
    else before.push(value);
  }
  // We take trailers whoever asked; gRPC servers refuse clients that do not say so.
  return { ...headers, ...lists, te: "trailers" };
}

function fieldsOf(raw: readonly string[]): Fields {
  const draft = new FieldsDraft();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? "";
    if (!name.startsWith(":")) draft.push(name, raw[i + 1] ?? "", { id: fieldIdOf(name), hash: 0 });
  }
  return draft;
}

function ignore(): void {}
