import { constants, type ServerHttp2Stream } from "node:http2";
import type { EdgeLimits, Millis } from "#core";
import {
  type Fields,
  field,
  fieldValue,
  isRefusal,
  noFields,
  parseH2Trailers,
  type RequestHead,
  renderH2Answer,
  renderH2Fields,
} from "#wire";
import type { GatewayState } from "../proxy/gateway-state.ts";
import { Relay } from "../proxy/relay.ts";
import type { AnswerHead, ClientStream, ConnectionFacts } from "../proxy/seam.ts";
import { Timed } from "../proxy/timer-wheel.ts";
import type { ClientKey } from "../proxy/upstream-connection.ts";

/** The connection as one of its streams sees it. */
export interface StreamOwner extends ClientKey {
  readonly state: GatewayState;
  readonly facts: ConnectionFacts;
  readonly heldBodyBytesMax: number;
  /** Payload bytes that came in: bytes that are no overhead. */
  received(bytes: number): void;
  /** The stream is gone. `byClient`: it was cancelled, or ended for a fault of the client's. */
  ended(stream: H2Stream, byClient: boolean): void;
}

const { NGHTTP2_NO_ERROR } = constants;
/** Makes the runtime send RST_STREAM with INTERNAL_ERROR; nobody sees the text. */
const cutOff = new Error("stream cut off");

/**
 * One request on an HTTP/2 connection, as the pipeline sees a client. Framing, flow control and the check that DATA
 * add up to the announced length are the engine's (nghttp2); what a request means was settled before this is made.
 */
export class H2Stream extends Timed implements ClientStream {
  readonly facts: ConnectionFacts;
  readonly #owner: StreamOwner;
  readonly #stream: ServerHttp2Stream;
  readonly #head: RequestHead;
  #relay: Relay | undefined;
  /** Body read ahead of the pipeline, while the whole of it is awaited. */
  #held: Buffer[] | undefined;
  #requestDone: boolean;
  #trailers: Fields = noFields;
  #answerTrailers: Fields = noFields;
  #tunnel = false;
  /** A gRPC stream may be silent for as long as a WebSocket. */
  readonly #longLived: boolean;
  #blocked = false;
  #paused = false;
  #windowBytes = 0;
  #ownReset = false;
  #gone = false;

  constructor(owner: StreamOwner, stream: ServerHttp2Stream, head: RequestHead) {
    super();
    this.#owner = owner;
    this.#stream = stream;
    this.#head = head;
    this.facts = owner.facts;
    this.#longLived = fieldValue(head.fields, field.contentType).startsWith("application/grpc");
    this.#requestDone = head.framing === "none" && !head.websocket;
    stream.on("error", ignore);
    stream.on("close", () => this.#onClose());
    stream.on("drain", () => this.#onDrain());
    stream.on("wantTrailers", () => this.#sendTrailers());
    if (this.#requestDone) return;
    stream.on("data", (chunk: Buffer) => this.#onData(chunk));
    stream.on("trailers", (_headers, _flags, raw: readonly string[]) => this.#onTrailers(raw));
    stream.on("end", () => this.#onEnd());
  }

  get #limits(): EdgeLimits {
    return this.#owner.state.runtime.limits;
  }

  /** Sends the request into the pipeline; a short announced body is awaited whole before. */
  start(): void {
    const { framing, contentLength, fields } = this.#head;
    if (!this.#requestDone) this.#watchRate();
    // RFC 9110 section 10.1.1: nothing stands in the way of the body here, so who asks is told at once.
    if (fields.ids.includes(field.expect)) this.continueBody();
    if (framing === "length" && contentLength <= this.#owner.heldBodyBytesMax) this.#held = [];
    else this.#enter();
  }

  interim(status: number, fields: Fields): void {
    if (this.#gone || this.#stream.headersSent) return;
    this.#stream.additionalHeaders({ ":status": status, ...headerObject(renderH2Fields(fields)) });
  }

  continueBody(): void {
    this.interim(100, noFields);
  }

  answer(head: AnswerHead, reference: string): void {
    if (this.#gone) return;
    this.#tunnel = head.framing === "tunnel";
    const { fields, nominated } = head;
    const source = this.#tunnel
      ? { status: 200, fields: withoutAccept(fields), contentLength: -1, nominated }
      : { status: head.status, fields, contentLength: head.contentLength, nominated };
    const list = renderH2Answer(source, reference);
    const endStream = head.framing === "none";
    this.#stream.respond(list, { endStream, waitForTrailers: !endStream && mayCarryTrailers(fields) });
    if (this.#tunnel) this.#watch(this.#limits.tunnelIdleMs);
    else if (this.#requestDone) this.#owner.state.wheel.clear(this);
  }

  body(chunk: Buffer): boolean {
    if (this.#gone || this.#stream.writableEnded) return true;
    this.#stream.write(Buffer.from(chunk));
    if (!this.#stream.writableNeedDrain) return true;
    this.#blocked = true;
    this.#watch(this.#limits.responseStallMs);
    return false;
  }

  finish(trailers: Fields): void {
    this.#relay = undefined;
    if (this.#gone) return;
    this.#answerTrailers = trailers;
    // The stalled reader of the last bytes is still watched: `#onDrain` or the close of the stream ends it.
    if (!this.#blocked) this.#watch(this.#limits.responseStallMs);
    this.#stream.end();
    if (this.#requestDone) return;
    // The answer is whole and the rest of the body is of no use (RFC 9113 section 8.1).
    this.#ownReset = true;
    if (this.#stream.writableFinished) this.#stream.close(NGHTTP2_NO_ERROR);
    else this.#stream.once("finish", () => this.#stream.close(NGHTTP2_NO_ERROR));
  }

  flush(): void {
    // The engine gathers what is written in one turn on its own.
  }

  abort(): void {
    this.#relay = undefined;
    this.#cut();
  }

  /**
   * Ends the stream with RST_STREAM, for a reason that is not the client's. By `destroy`, because `close` on an open
   * answer sends END_STREAM, and half an answer would pass for a whole one.
   */
  #cut(): void {
    this.#ownReset = true;
    this.#stream.destroy(cutOff);
  }

  pauseBody(): void {
    if (this.#paused || this.#requestDone) return;
    this.#paused = true;
    this.#stream.pause();
    if (!this.#blocked) this.#owner.state.wheel.clear(this);
  }

  resumeBody(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#stream.resume();
    if (!this.#requestDone && !this.#tunnel && !this.#blocked) this.#watchRate();
  }

  override expired(): void {
    if (this.#blocked) this.#owner.state.counters.reason("slow-reader");
    if (this.#blocked || this.#tunnel || this.#longLived || this.#requestDone) {
      this.#cut();
      return;
    }
    const { bodyBytesPerSecondMin, bodyRateMs } = this.#limits;
    if (this.#paused || this.#windowBytes >= (bodyBytesPerSecondMin * bodyRateMs) / 1000) this.#watchRate();
    else this.#broken(408, "body-rate");
  }

  #enter(): void {
    const { state } = this.#owner;
    const relay = new Relay(state, { stream: this, head: this.#head, clientKey: this.#owner });
    this.#relay = relay;
    relay.start();
  }

  #onData(chunk: Buffer): void {
    this.#owner.received(chunk.length);
    this.#windowBytes += chunk.length;
    if (this.#held !== undefined) {
      this.#held.push(chunk);
      return;
    }
    if (this.#tunnel || this.#longLived) this.#watch(this.#limits.tunnelIdleMs);
    if (this.#relay?.requestBody(chunk) === false) this.pauseBody();
    this.#relay?.flushUpstream();
  }

  #onTrailers(raw: readonly string[]): void {
    const trailers = parseH2Trailers(raw, this.#limits);
    if (isRefusal(trailers)) this.#broken(trailers.status, trailers.code);
    else this.#trailers = trailers;
  }

  #onEnd(): void {
    if (this.#gone || this.#requestDone || this.#stream.aborted) return;
    this.#requestDone = true;
    if (!this.#tunnel && !this.#blocked) this.#owner.state.wheel.clear(this);
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) {
      this.#enter();
      for (const chunk of held) this.#relay?.requestBody(chunk);
    }
    this.#relay?.requestEnd(this.#trailers);
  }

  /** The body broke its framing or its rate. Before the pipeline has heard of it, the stream just ends. */
  #broken(status: number, code: string): void {
    if (this.#relay !== undefined) {
      this.#relay.requestBroken(status, code);
      return;
    }
    this.#owner.state.counters.reason(code);
    this.#stream.destroy(cutOff);
  }

  #sendTrailers(): void {
    try {
      this.#stream.sendTrailers(headerObject(renderH2Fields(this.#answerTrailers)));
    } catch {
      this.#cut();
    }
  }

  #onDrain(): void {
    if (this.#blocked) {
      this.#blocked = false;
      if (this.#tunnel) this.#watch(this.#limits.tunnelIdleMs);
      else if (this.#requestDone) this.#owner.state.wheel.clear(this);
      else this.#watchRate();
    }
    this.#relay?.clientDrained();
  }

  #onClose(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#owner.state.wheel.clear(this);
    this.#held = undefined;
    const relay = this.#relay;
    this.#relay = undefined;
    relay?.clientGone();
    this.#owner.ended(this, !this.#ownReset && this.#stream.rstCode !== NGHTTP2_NO_ERROR);
  }

  #watch(spanMs: Millis): void {
    const { wheel } = this.#owner.state;
    wheel.set(this, wheel.now + spanMs);
  }

  #watchRate(): void {
    this.#windowBytes = 0;
    this.#watch(this.#longLived ? this.#limits.tunnelIdleMs : this.#limits.bodyRateMs);
  }
}

/** Trailers cost an event per answer, so only answers that announce them, or that need them (gRPC), wait for them. */
function mayCarryTrailers(fields: Fields): boolean {
  return fields.ids.includes(field.trailer) || fieldValue(fields, field.contentType).startsWith("application/grpc");
}

/** RFC 8441 section 5: a WebSocket over HTTP/2 is accepted by its status alone. */
function withoutAccept({ names, values, ids }: Fields): Fields {
  const at = ids.indexOf(field.secWebsocketAccept);
  if (at < 0) return { names, values, ids };
  return { names: names.toSpliced(at, 1), values: values.toSpliced(at, 1), ids: ids.toSpliced(at, 1) };
}

/** The form that `sendTrailers` and `additionalHeaders` take; repeated names become lists. */
function headerObject(list: readonly string[]): Record<string, string[]> {
  const object: Record<string, string[]> = Object.create(null);
  for (let i = 0; i + 1 < list.length; i += 2) {
    const name = list[i] ?? "";
    const values = object[name] ?? [];
    values.push(list[i + 1] ?? "");
    object[name] = values;
  }
  return object;
}

function ignore(): void {}
