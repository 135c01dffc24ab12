import type { Socket } from "node:net";
import type { Millis } from "#core";
import {
  type Fields,
  findHeadEnd,
  hasOldLine,
  isRefusal,
  noFields,
  parseRequestHead,
  type Refusal,
  type RequestHead,
} from "#wire";
import { renderAnswerHead, renderInterim } from "./answer-render.ts";
import { createAnswer } from "./answers.ts";
import { BodyReader } from "./body-reader.ts";
import type { GatewayState } from "./gateway-state.ts";
import { Relay } from "./relay.ts";
import type { AnswerFraming, AnswerHead, ClientStream, ConnectionFacts } from "./seam.ts";
import { Timed } from "./timer-wheel.ts";
import { releasePinned } from "./upstream.ts";
import type { ClientKey, UpstreamConnection } from "./upstream-connection.ts";
import { chunkHead, lastChunk, WriteBuffer } from "./write-buffer.ts";

const inHead = 0;
const inBody = 1;
/** The request is read, its answer is under way: what follows (pipelining) waits its turn. */
const answering = 2;
const tunnelling = 3;
/** The last answer is out; what still comes is read and dropped for a moment, so that the answer is not reset away. */
const lingering = 4;
const closed = 5;

/** What a connection is started with. */
export interface ConnectionStart {
  readonly facts: ConnectionFacts;
  readonly onClosed: () => void;
}

/**
 * One HTTP/1 client connection. Requests are answered strictly in order: the next is not parsed before the answer to
 * the last is out, so pipelining needs no queue of answers and costs at most `pipelinedBytesMax`.
 */
export class Http1Connection extends Timed implements ClientStream, ClientKey {
  readonly facts: ConnectionFacts;
  readonly pinned: UpstreamConnection[] = [];
  readonly #state: GatewayState;
  readonly #socket: Socket;
  readonly #out: WriteBuffer;
  readonly #onClosed: () => void;
  #phase = inHead;
  #pending: Buffer | undefined;
  #scanned = 0;
  #consuming = false;
  #paused = false;
  #requests = 0;
  #head: RequestHead | undefined;
  #relay: Relay | undefined;
  #bodyReader: BodyReader | undefined;
  #requestDone = true;
  #framing: AnswerFraming = "none";
  #close = false;
  /** Whether the client takes too slowly: a deadline runs until its socket drains. */
  #blocked = false;
  #windowBytes = 0;
  #lingered = 0;

  constructor(state: GatewayState, socket: Socket, known: ConnectionStart) {
    super();
    this.#state = state;
    this.#socket = socket;
    this.#out = new WriteBuffer(socket);
    this.facts = known.facts;
    this.#onClosed = known.onClosed;
    socket.on("drain", () => this.#onDrain());
    socket.on("end", () => this.#onEnd());
    socket.on("error", () => this.#onGone());
    socket.on("close", () => this.#onGone());
    this.#watch(this.#limits.firstByteMs);
  }

  /** An exchange is under way, or its answer still on its way out. */
  get busy(): boolean {
    return this.#relay !== undefined || this.#out.isWaiting;
  }

  get #limits(): GatewayState["runtime"]["limits"] {
    return this.#state.runtime.limits;
  }

  /**
   * Bytes from the client. They are consumed or copied before this returns. The one place where a broken invariant
   * of ours ends: it costs its own connection, never the process.
   */
  receive(chunk: Buffer): void {
    try {
      this.#receive(chunk);
    } catch {
      this.#state.counters.reason("internal-error");
      this.destroy();
    }
  }

  #receive(chunk: Buffer): void {
    if (this.#phase === lingering) {
      this.#lingered += chunk.length;
      if (this.#lingered > this.#limits.lingerBytesMax) this.destroy();
      return;
    }
    if (this.#phase === closed) return;
    if (this.#phase === tunnelling) {
      this.#watch(this.#limits.tunnelIdleMs);
      if (this.#relay?.requestBody(chunk) === false) this.pauseBody();
      this.#relay?.flushUpstream();
      return;
    }
    const held = this.#pending;
    this.#pending = undefined;
    this.#consume(held === undefined ? chunk : Buffer.concat([held, chunk]));
  }

  interim(status: number, fields: Fields): void {
    if (this.#head?.protocol === "HTTP/1.1") this.#out.text(renderInterim(status, fields));
  }

  continueBody(): void {
    this.#out.text("HTTP/1.1 100 Continue\r\n\r\n");
    this.#out.flush();
  }

  answer(head: AnswerHead, reference: string): void {
    const old = this.#head?.protocol === "HTTP/1.0";
    const endless = head.framing === "chunked" || head.framing === "close";
    const unread = !this.#requestDone && head.status >= 400;
    if (this.#state.draining || unread || (old && endless)) this.#close = true;
    this.#framing = endless ? (old ? "close" : "chunked") : head.framing;
    this.#out.text(
      renderAnswerHead(head, {
        reference,
        framing: this.#framing,
        persistent: !this.#close,
        oldClient: old,
        method: this.#head?.method ?? "",
      }),
    );
    if (head.framing !== "tunnel") return;
    this.#phase = tunnelling;
    this.#out.flush();
    this.#watch(this.#limits.tunnelIdleMs);
  }

  body(chunk: Buffer): boolean {
    if (this.#phase === closed) return true;
    if (this.#framing === "chunked") {
      this.#out.text(chunkHead(chunk.length));
      this.#out.bytes(chunk);
      this.#out.text("\r\n");
    } else if (this.#framing !== "none") this.#out.bytes(chunk);
    if (!this.#out.isFull) return true;
    this.#blocked = true;
    this.#watch(this.#limits.responseStallMs);
    return false;
  }

  finish(trailers: Fields): void {
    if (this.#phase === closed) return;
    if (this.#framing === "chunked") this.#out.text(lastChunk(trailers));
    this.#relay = undefined;
    if (this.#close || !this.#requestDone || this.#phase === tunnelling) {
      this.#linger();
      return;
    }
    this.#out.flushSoon();
    this.#phase = inHead;
    this.#head = undefined;
    this.#scanned = 0;
    if (!this.#blocked) this.#watch(this.#limits.idleMs);
    if (this.#consuming) return;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined) this.#consume(pending);
    this.#unpause();
  }

  flush(): void {
    this.#out.flushSoon();
  }

  abort(): void {
    this.#relay = undefined;
    this.#out.flush();
    // Where the end of the body is the end of the connection, only a reset tells a cut answer from a whole one.
    if (this.#framing === "close") this.#socket.resetAndDestroy();
    this.destroy();
  }

  pauseBody(): void {
    if (this.#paused || this.#phase === closed) return;
    this.#paused = true;
    this.#socket.pause();
    if (!this.#blocked) this.#state.wheel.clear(this);
  }

  resumeBody(): void {
    if (this.#phase === inBody) this.#watchRate();
    this.#unpause();
  }

  destroy(): void {
    this.#socket.destroy();
    this.#onGone();
  }

  override expired(): void {
    const phase = this.#phase;
    if (phase === lingering || phase === tunnelling) {
      this.destroy();
      return;
    }
    if (this.#blocked) {
      this.#state.counters.reason("slow-reader");
      this.destroy();
      return;
    }
    if (phase === inBody) {
      this.#checkRate();
      return;
    }
    if (phase !== inHead) return;
    if (this.#pending === undefined) {
      this.destroy();
      return;
    }
    this.#refuseHead({ status: 408, code: "head-timeout" });
  }

  #consume(chunk: Buffer): void {
    this.#consuming = true;
    let at = 0;
    while (at < chunk.length && this.#phase < answering) {
      at = this.#phase === inHead ? this.#readHead(chunk, at) : this.#readBody(chunk, at);
    }
    this.#consuming = false;
    if (this.#phase === answering && at < chunk.length) this.#keep(chunk.subarray(at));
    else if (this.#phase === tunnelling && at < chunk.length) this.#receive(chunk.subarray(at));
    this.#relay?.flushUpstream();
    this.#out.flushSoon();
  }

  #readHead(chunk: Buffer, at: number): number {
    // One empty line before a request is tolerated (RFC 9112 section 2.2): old clients end bodies with it.
    const start = at + (chunk[at] === 0x0d && chunk[at + 1] === 0x0a ? 2 : 0);
    const end = findHeadEnd(chunk, start, start + this.#scanned);
    const bytes = (end < 0 ? chunk.length : end) - start;
    if (bytes > this.#limits.headBytesMax) return this.#refuseHead({ status: 431, code: "head-size" });
    if (end === -2) return this.#refuseHead({ status: 400, code: "line-ending" });
    if (end < 0) {
      if (hasOldLine(chunk, start)) return this.#refuseHead({ status: 400, code: "http-0.9" });
      this.#pending = Buffer.from(chunk.subarray(start));
      if (this.#scanned === 0) this.#watch(this.#limits.headMs);
      this.#scanned = bytes;
      return chunk.length;
    }
    this.#scanned = 0;
    const head = parseRequestHead(chunk, start, end, this.#state.runtime.headLimits);
    if (isRefusal(head)) return this.#refuseHead(head);
    this.#begin(head);
    return end;
  }

  #begin(head: RequestHead): void {
    this.#head = head;
    this.#close = !head.persistent || ++this.#requests >= this.#limits.requestsPerConnectionMax;
    this.#requestDone = head.framing === "none" && !head.websocket;
    this.#phase = this.#requestDone || head.websocket ? answering : inBody;
    this.#bodyReader =
      this.#phase === inBody ? new BodyReader(head.framing, head.contentLength, this.#limits) : undefined;
    if (this.#phase === inBody) this.#watchRate();
    else this.#state.wheel.set(this, Number.POSITIVE_INFINITY);
    const relay = new Relay(this.#state, { stream: this, head, clientKey: this });
    this.#relay = relay;
    relay.start();
  }

  #readBody(chunk: Buffer, at: number): number {
    const relay = this.#relay;
    const reader = this.#bodyReader;
    if (reader === undefined) return chunk.length;
    const consumed = reader.read(chunk, at, chunk.length);
    this.#windowBytes += consumed - at;
    const room = reader.payloadEnd === at || relay?.requestBody(chunk.subarray(at, reader.payloadEnd)) !== false;
    if (reader.fault !== "") {
      relay?.requestBroken(400, reader.fault);
      return chunk.length;
    }
    if (!reader.done) {
      if (!room && this.#phase === inBody) this.pauseBody();
      return consumed;
    }
    // The answer may already be out and the connection on its way to being closed.
    if (this.#phase !== inBody) return chunk.length;
    this.#requestDone = true;
    this.#phase = answering;
    this.#state.wheel.set(this, Number.POSITIVE_INFINITY);
    relay?.requestEnd(reader.trailers);
    return consumed;
  }

  /** Pipelined bytes wait here; when there are too many, the socket is not read until there is room. */
  #keep(rest: Buffer): void {
    this.#pending = Buffer.from(rest);
    if (rest.length > this.#limits.pipelinedBytesMax) this.pauseBody();
  }

  /** What is not a request never reaches the pipeline: refused, counted, closed. Returns an index behind all bytes. */
  #refuseHead(refusal: Refusal): number {
    this.#state.counters.reason(refusal.code);
    this.#pending = undefined;
    this.#requestDone = false;
    const reference = this.#state.ids.next();
    const answer = createAnswer(refusal.status, reference);
    this.#head = undefined;
    this.answer(answer.head, reference);
    this.body(answer.body);
    this.#out.flush();
    this.#linger();
    return Number.POSITIVE_INFINITY;
  }

  #watch(spanMs: Millis): void {
    this.#state.wheel.set(this, this.#state.wheel.now + spanMs);
  }

  #watchRate(): void {
    this.#windowBytes = 0;
    this.#watch(this.#limits.bodyRateMs);
  }

  #checkRate(): void {
    const { bodyBytesPerSecondMin, bodyRateMs } = this.#limits;
    if (this.#paused || this.#windowBytes >= (bodyBytesPerSecondMin * bodyRateMs) / 1000) {
      this.#watchRate();
      return;
    }
    this.#relay?.requestBroken(408, "body-rate");
  }

  #unpause(): void {
    if (!this.#paused || this.#phase === closed) return;
    if (this.#pending !== undefined && this.#pending.length > this.#limits.pipelinedBytesMax) return;
    this.#paused = false;
    this.#socket.resume();
  }

  #onDrain(): void {
    if (this.#blocked) {
      this.#blocked = false;
      if (this.#phase === inHead) this.#watch(this.#limits.idleMs);
      else if (this.#phase === inBody) this.#watchRate();
      else if (this.#phase === tunnelling) this.#watch(this.#limits.tunnelIdleMs);
      else if (this.#phase === answering) this.#state.wheel.set(this, Number.POSITIVE_INFINITY);
    }
    this.#relay?.clientDrained();
  }

  #linger(): void {
    if (this.#phase === closed) return;
    this.#out.flush();
    this.#phase = lingering;
    this.#pending = undefined;
    this.#watch(this.#limits.lingerMs);
    this.#socket.end();
    this.#unpause();
  }

  /** A client that closes its side in the middle of an exchange is taken to have left, as nginx takes it. */
  #onEnd(): void {
    if (this.#phase === tunnelling) this.#relay?.requestEnd(noFields);
    this.destroy();
  }

  #onGone(): void {
    if (this.#phase === closed) return;
    this.#phase = closed;
    this.#state.wheel.clear(this);
    const relay = this.#relay;
    this.#relay = undefined;
    relay?.clientGone();
    releasePinned(this);
    this.#onClosed();
  }
}
