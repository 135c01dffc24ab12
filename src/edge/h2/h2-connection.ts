import { randomBytes } from "node:crypto";
import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { Http2Limits, Millis } from "#core";
import {
  type H2Opening,
  isRefusal,
  parseH2Request,
  pseudoOrderOf,
  type Refusal,
  renderH2Answer,
  renderH2Fingerprint,
} from "#wire";
import { createAnswer } from "../proxy/answers.ts";
import type { GatewayState } from "../proxy/gateway-state.ts";
import type { ConnectionFacts } from "../proxy/seam.ts";
import { Timed } from "../proxy/timer-wheel.ts";
import { releasePinned } from "../proxy/upstream.ts";
import type { UpstreamConnection } from "../proxy/upstream-connection.ts";
import type { H2Registry } from "./h2-registry.ts";
import { H2Stream, type StreamOwner } from "./h2-stream.ts";
import { sessionOptions } from "./session-options.ts";

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR, NGHTTP2_FLAG_END_STREAM } = constants;

/** How often a connection's accounts are looked at. */
const lookMs: Millis = 1_000;
/** The highest stream id: a GOAWAY with it says "no more" without refusing what is on its way. */
const streamIdMax = 0x7fffffff;

export interface H2ConnectionOptions {
  readonly state: GatewayState;
  readonly limits: Http2Limits;
  readonly registry: H2Registry;
  /** Without the fingerprint: it comes from `opening`. */
  readonly facts: ConnectionFacts;
  readonly opening: H2Opening;
  readonly onClosed: () => void;
}

/**
 * One HTTP/2 client connection over `node:http2` (nghttp2 parses, decompresses and controls the flow). Every request
 * goes the way of HTTP/1.1 requests: same checks, same pipeline.
 *
 * What the engine does not do is done here: it counts cancelled and faulty streams per connection and address, and the
 * bytes that carry nothing (floods of PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA have no event of their own).
 */
export class H2Connection extends Timed implements StreamOwner {
  readonly state: GatewayState;
  readonly pinned: UpstreamConnection[] = [];
  readonly heldBodyBytesMax: number;
  facts: ConnectionFacts;
  readonly #options: H2ConnectionOptions;
  readonly #socket: Socket;
  readonly #session: ServerHttp2Session;
  readonly #streams = new Set<H2Stream>();
  #requests = 0;
  /** Cancelled and faulty streams, leaking over `resetWindowMs`. */
  #resetLevel = 0;
  #resetAt: Millis = 0;
  #faults = 0;
  #payloadBytes = 0;
  #seenBytes: number;
  #sentBytes: number;
  /** Bytes beyond what requests and answers account for. */
  #overhead = 0;
  #lookedAt: Millis;
  #newStreams = 0;
  #idleSince: Millis;
  #leaving: "no" | "said" | "closing" = "no";
  #closed = false;

  constructor(socket: Socket, options: H2ConnectionOptions) {
    super();
    const { state, limits, opening, facts } = options;
    this.state = state;
    this.heldBodyBytesMax = limits.heldBodyBytesMax;
    this.#options = options;
    this.#socket = socket;
    this.facts = { ...facts, h2: renderH2Fingerprint(opening) };
    this.#seenBytes = socket.bytesRead;
    this.#sentBytes = socket.bytesWritten;
    const now = state.wheel.read();
    this.#lookedAt = now;
    this.#idleSince = now;
    this.#resetAt = now;
    this.#session = performServerHandshake(socket, sessionOptions(limits, state.runtime.limits));
    this.#session.setLocalWindowSize(limits.connectionWindowBytes);
    this.#session.on("stream", (stream, _headers, flags, raw) => this.#onStream(stream, flags, raw));
    this.#session.on("error", (error: NodeJS.ErrnoException) => state.counters.reason(reasonOf(error)));
    this.#session.on("close", () => this.#onClosed());
    // Each of these has the runtime make objects and an event, so they weigh more than their bytes.
    this.#session.on("remoteSettings", () => this.#noteOverhead(controlBytesDue));
    this.#session.on("ping", () => this.#noteOverhead(controlBytesDue));
    // Listeners leave sockets half open for HTTP/1; nobody ends HTTP/2 that way, so who closes one side has left.
    socket.on("end", () => this.destroy());
    options.registry.add(facts.peer, this);
    state.wheel.set(this, now + lookMs);
  }

  /** An exchange is under way. */
  get busy(): boolean {
    return this.#streams.size > 0;
  }

  received(bytes: number): void {
    this.#payloadBytes += bytes;
  }

  ended(stream: H2Stream, byClient: boolean): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#idleSince = this.state.wheel.now;
    if (byClient) this.#noteReset();
  }

  /** Ends the connection and everything on it, with the reason as a GOAWAY. */
  calm(code: string): void {
    if (this.#closed) return;
    this.state.counters.reason(code);
    if (!this.#session.destroyed) this.#session.destroy(undefined, NGHTTP2_ENHANCE_YOUR_CALM);
    this.destroy();
  }

  destroy(): void {
    this.#session.destroy();
    this.#socket.destroy();
    this.#onClosed();
  }

  override expired(now: Millis): void {
    if (this.#closed) return;
    const { limits } = this.#options;
    this.#lookAtOverhead(now);
    if (this.#closed) return;
    if (this.#streams.size === 0 && now - this.#idleSince > limits.idleTimeMs) {
      this.#session.close();
      this.destroy();
      return;
    }
    if (this.state.draining) this.#leave();
    this.state.wheel.set(this, now + lookMs);
  }

  #onStream(stream: ServerHttp2Stream, flags: number, raw: readonly string[]): void {
    stream.on("error", ignore);
    this.#newStreams++;
    // Cancelled in the same breath as it was asked for: nobody upstream needs to hear of it.
    if (stream.destroyed || stream.closed || stream.aborted) {
      this.#noteReset();
      return;
    }
    if (this.facts.h2.endsWith("|")) this.facts = { ...this.facts, h2: `${this.facts.h2}${pseudoOrderOf(raw)}` };
    const { runtime } = this.state;
    const head = parseH2Request(raw, {
      limits: runtime.limits,
      endStream: (flags & NGHTTP2_FLAG_END_STREAM) !== 0,
      scheme: this.facts.scheme,
      websocketKey: randomBytes(16).toString("base64"),
    });
    if (isRefusal(head)) {
      this.#refuse(stream, head);
      return;
    }
    if (++this.#requests >= runtime.limits.requestsPerConnectionMax) this.#leave();
    const request = new H2Stream(this, stream, head);
    this.#streams.add(request);
    request.start();
  }

  /** What is not a request never reaches the pipeline: answered, counted, and too many of them end the connection. */
  #refuse(stream: ServerHttp2Stream, refusal: Refusal): void {
    const { counters, ids } = this.state;
    counters.reason(refusal.code);
    const reference = ids.next();
    const { head, body } = createAnswer(refusal.status, reference);
    stream.respond(renderH2Answer(head, reference));
    stream.end(body);
    stream.once("finish", () => stream.close(NGHTTP2_NO_ERROR));
    if (++this.#faults > this.#options.limits.faultsPerConnectionMax) this.calm("h2-faults");
  }

  #noteReset(): void {
    const { limits, registry, facts } = this.#options;
    const now = this.state.wheel.read();
    const leaked = ((now - this.#resetAt) * limits.resetsPerConnectionMax) / limits.resetWindowMs;
    this.#resetLevel = Math.max(0, this.#resetLevel - leaked) + 1;
    this.#resetAt = now;
    // A trusted proxy carries the cancellations of many; they are counted per connection only.
    if (!facts.trusted) registry.noteReset(facts.peer, now);
    if (this.#resetLevel > limits.resetsPerConnectionMax) this.calm("h2-resets");
  }

  /**
   * Bytes that came in, less bodies, less a head's worth per stream, less the window updates that our answers ask for
   * (13 bytes for 16 KiB, generously), leak at a fixed rate; what stays is a flood of frames that carry nothing.
   */
  #lookAtOverhead(now: Millis): void {
    const { limits } = this.#options;
    const seen = this.#socket.bytesRead;
    const sent = this.#socket.bytesWritten;
    const due =
      this.#payloadBytes * 1.1 +
      this.#newStreams * headBytesDue +
      (sent - this.#sentBytes) / 64 +
      ((now - this.#lookedAt) * limits.overheadBytesPerSecond) / 1_000;
    this.#overhead = Math.max(0, this.#overhead + seen - this.#seenBytes - due);
    this.#seenBytes = seen;
    this.#sentBytes = sent;
    this.#payloadBytes = 0;
    this.#newStreams = 0;
    this.#lookedAt = now;
    this.#noteOverhead(0);
  }

  #noteOverhead(bytes: number): void {
    this.#overhead += bytes;
    if (this.#overhead > this.#options.limits.overheadBytesBurst) this.calm("h2-overhead");
  }

  /** Says "no more" first and closes a moment later, so that no request on its way is refused. */
  #leave(): void {
    if (this.#leaving === "no") this.#session.goaway(NGHTTP2_NO_ERROR, streamIdMax);
    else if (this.#leaving === "said") this.#session.close();
    this.#leaving = this.#leaving === "no" ? "said" : "closing";
  }

  #onClosed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.state.wheel.clear(this);
    this.#options.registry.remove(this.#options.facts.peer, this);
    releasePinned(this);
    this.#options.onClosed();
  }
}

/** What a PING or a SETTINGS frame counts for. */
const controlBytesDue = 1_024;
/** What a request head may take on the wire before its bytes count as overhead. */
const headBytesDue = 8_192;

/** Codes of the runtime are few and fixed; a client cannot choose them. */
function reasonOf(error: NodeJS.ErrnoException): string {
  return `h2-${(error.code ?? "error").toLowerCase().replaceAll("_", "-")}`;
}

function ignore(): void {}
