import type { OnReadOpts, Socket } from "node:net";
import type { EdgeLimits } from "#core";
import {
  createAnswerMemory,
  type Fields,
  findHeadEnd,
  isRefusal,
  noFields,
  parseResponseHead,
  type RequestHead,
  type ResponseHead,
} from "#wire";
import { BodyReader } from "./body-reader.ts";
import { mayReuse } from "./reuse.ts";
import { Timed, type TimerWheel } from "./timer-wheel.ts";
import { connectFault, openUpstreamSocket, type UpstreamAddress } from "./upstream-socket.ts";
import { chunkHead, lastChunk, WriteBuffer } from "./write-buffer.ts";

/** What went wrong with an upstream, as the relay needs to know it. */
export interface UpstreamFault {
  /** 502, 503 or 504. */
  readonly status: number;
  readonly code: string;
  /** Not one byte of an answer was seen, so an idempotent request may be tried once more. */
  readonly untouched: boolean;
}

/** The relay as an upstream connection sees it. Chunks are valid only during the call. */
export interface UpstreamSink {
  upstreamInterim(status: number, fields: Fields): void;
  upstreamAnswer(head: ResponseHead): void;
  /** False: pause until `resume`. */
  upstreamBody(chunk: Buffer): boolean;
  /** The answer is whole. The connection has left the relay's hands. */
  upstreamEnd(trailers: Fields): void;
  upstreamFault(fault: UpstreamFault): void;
  upstreamDrained(): void;
  upstreamFlush(): void;
}

/** One client connection as pools know it: the idle upstream connections that only it may use again. */
export interface ClientKey {
  readonly pinned: UpstreamConnection[];
}

/** What carries one exchange to an upstream, as relay and pool see it: an HTTP/1.1 connection, or one HTTP/2 stream. */
export interface UpstreamConnection {
  /** Whom it is reserved for under `same-client`. */
  client: ClientKey | undefined;
  /** Exchanges begun on it. */
  readonly uses: number;
  readonly isIdle: boolean;
  /** Starts an exchange with the rendered request head. */
  begin(sink: UpstreamSink, head: RequestHead, rendered: string): void;
  /** Request payload. False: wait for `upstreamDrained`. */
  body(chunk: Buffer): boolean;
  /** The request is whole. */
  end(trailers: Fields): void;
  flush(): void;
  pause(): void;
  resume(): void;
  /** Gives the exchange up: the upstream sees it go. */
  cancel(): void;
  destroy(): void;
}

/** The pool as a connection sees it. */
export interface ConnectionOwner {
  readonly limits: EdgeLimits;
  readonly wheel: TimerWheel;
  /** Connecting worked. */
  connected(connection: UpstreamConnection): void;
  /** An answer ended cleanly and the connection may serve again. */
  released(connection: UpstreamConnection): void;
  closed(connection: UpstreamConnection): void;
}

const connecting = 0;
const idle = 1;
const waiting = 2;
const inBody = 3;
const tunnelling = 4;
const dead = 5;

// One buffer for all reads of this thread: the kernel fills it and `receive` is done with it before the next read.
// What must live longer is copied. An idle connection therefore holds no read buffer of its own.
const sharedBuffer = Buffer.allocUnsafeSlow(65_536);

/** Answer heads of all upstreams, so that those that come again are compared rather than parsed. */
const answersSeen = createAnswerMemory();

/**
 * One HTTP/1.1 connection to an upstream. Carries one exchange at a time; after anything but a clean end of both
 * request and answer it is destroyed, so a desynchronised connection never serves anybody again.
 */
export class Http1UpstreamConnection extends Timed implements UpstreamConnection {
  readonly socket: Socket;
  /** Whom this connection is reserved for under `same-client`. */
  client: ClientKey | undefined = undefined;
  /** Exchanges begun on it. */
  uses = 0;
  readonly #owner: ConnectionOwner;
  readonly #out: WriteBuffer;
  #state = connecting;
  #isConnected = false;
  #sink: UpstreamSink | undefined;
  #method = "";
  #chunkedRequest = false;
  #requestDone = true;
  #wantsUpgrade = false;
  #answerSeen = false;
  #interims = 0;
  #held: Buffer | undefined;
  #head: ResponseHead | undefined;
  #bodyReader: BodyReader | undefined;

  constructor(owner: ConnectionOwner, address: UpstreamAddress) {
    super();
    this.#owner = owner;
    const onread: OnReadOpts = {
      buffer: sharedBuffer,
      callback: (length, buffer) => {
        this.#receive(buffer as Buffer, length);
        return true;
      },
    };
    this.socket = openUpstreamSocket(address, { onread, ready: () => this.#onConnect() });
    this.#out = new WriteBuffer(this.socket);
    this.socket.on("drain", () => this.#onDrain());
    this.socket.on("end", () => this.#onEnd());
    this.socket.on("error", (error: NodeJS.ErrnoException) => this.#onError(error));
    this.socket.on("close", () => this.#fail(502, "upstream-closed"));
    owner.wheel.set(this, owner.wheel.now + owner.limits.upstreamConnectMs);
  }

  get isIdle(): boolean {
    return this.#state === idle;
  }

  /** Starts an exchange with the rendered request head. */
  begin(sink: UpstreamSink, head: RequestHead, rendered: string): void {
    this.uses++;
    this.#sink = sink;
    this.#method = head.method;
    this.#chunkedRequest = head.framing === "chunked";
    this.#requestDone = head.framing === "none" && !head.websocket;
    this.#wantsUpgrade = head.websocket;
    this.#answerSeen = false;
    this.#interims = 0;
    if (this.#isConnected) this.#state = waiting;
    this.#out.text(rendered);
    if (this.#isConnected) this.#watch(this.#owner.limits.upstreamHeadMs);
  }

  /** Request payload. False: wait for `upstreamDrained`. */
  body(chunk: Buffer): boolean {
    if (this.#state === dead) return true;
    if (this.#chunkedRequest && this.#state !== tunnelling) {
      this.#out.text(chunkHead(chunk.length));
      this.#out.bytes(chunk);
      this.#out.text("\r\n");
    } else this.#out.bytes(chunk);
    return !this.#out.isFull;
  }

  /** The request is whole. */
  end(trailers: Fields): void {
    if (this.#chunkedRequest) this.#out.text(lastChunk(trailers));
    this.#requestDone = true;
    this.#out.flush();
    if (this.#state === tunnelling) this.socket.end();
    else if (this.#state === waiting) this.#watch(this.#owner.limits.upstreamHeadMs);
  }

  flush(): void {
    this.#out.flushSoon();
  }

  pause(): void {
    this.socket.pause();
    this.#owner.wheel.clear(this);
  }

  resume(): void {
    if (this.#state === dead) return;
    this.socket.resume();
    this.#watch(this.#state === tunnelling ? this.#owner.limits.tunnelIdleMs : this.#owner.limits.upstreamStallMs);
  }

  /** Gives the exchange up: the upstream sees its connection go. */
  cancel(): void {
    this.#sink = undefined;
    this.destroy();
  }

  destroy(): void {
    if (this.#state === dead) return;
    this.#state = dead;
    this.#owner.wheel.clear(this);
    this.socket.destroy();
    this.#owner.closed(this);
  }

  override expired(): void {
    if (this.#state === idle) this.destroy();
    else if (!this.#isConnected) this.#fail(504, "upstream-connect-timeout");
    else this.#fail(504, this.#answerSeen ? "upstream-stalled" : "upstream-timeout");
  }

  #watch(spanMs: number): void {
    this.#owner.wheel.set(this, this.#owner.wheel.now + spanMs);
  }

  #onConnect(): void {
    this.#isConnected = true;
    if (this.#state !== connecting) return;
    this.#state = this.#sink === undefined ? idle : waiting;
    this.#owner.connected(this);
    this.#watch(this.#owner.limits.upstreamHeadMs);
  }

  #onDrain(): void {
    if (this.#sink === undefined) return;
    this.#watch(this.#owner.limits.upstreamStallMs);
    this.#sink.upstreamDrained();
  }

  /** As on the client's side: a broken invariant costs one exchange, never the process. */
  #receive(buffer: Buffer, length: number): void {
    try {
      this.#consume(buffer, length);
    } catch {
      this.#fail(502, "internal-error");
    }
  }

  #consume(buffer: Buffer, length: number): void {
    // Bytes nobody asked for: an answer to no request must never become the answer to the next one.
    if (this.#state === idle || this.#state === connecting) {
      this.destroy();
      return;
    }
    let at = 0;
    while (at < length && this.#state !== dead) {
      if (this.#state === waiting) at = this.#readHead(buffer, at, length);
      else if (this.#state === inBody) at = this.#readBody(buffer, at, length);
      else if (this.#state === tunnelling) {
        this.#watch(this.#owner.limits.tunnelIdleMs);
        if (this.#sink?.upstreamBody(buffer.subarray(at, length)) === false) this.pause();
        at = length;
      } else {
        this.destroy();
        return;
      }
    }
    this.#sink?.upstreamFlush();
  }

  #readHead(buffer: Buffer, at: number, length: number): number {
    const { limits } = this.#owner;
    const fresh = buffer.subarray(at, length);
    const held = this.#held;
    const bytes = held === undefined ? fresh : Buffer.concat([held, fresh]);
    const end = findHeadEnd(bytes, 0, held?.length ?? 0);
    if (end === -2 || (end < 0 && bytes.length > limits.upstreamHeadBytesMax)) {
      this.#fail(502, end === -2 ? "answer-line-ending" : "answer-head-size");
      return length;
    }
    this.#answerSeen = true;
    if (end < 0) {
      this.#held = held === undefined ? Buffer.from(fresh) : bytes;
      return length;
    }
    this.#held = undefined;
    const head = parseResponseHead(bytes, 0, end, {
      method: this.#method,
      headersMax: limits.upstreamHeadersMax,
      memory: answersSeen,
    });
    if (isRefusal(head)) {
      this.#fail(502, head.code);
      return length;
    }
    this.#takeHead(head);
    return at + end - (held?.length ?? 0);
  }

  #takeHead(head: ResponseHead): void {
    const { limits } = this.#owner;
    if (head.status < 200 && head.status !== 101) {
      if (++this.#interims > limits.upstreamInterimMax) {
        this.#fail(502, "answer-interim-storm");
        return;
      }
      this.#sink?.upstreamInterim(head.status, head.fields);
      return;
    }
    if (head.status === 101 && !this.#wantsUpgrade) {
      this.#fail(502, "answer-unasked-upgrade");
      return;
    }
    this.#head = head;
    this.#watch(head.status === 101 ? limits.tunnelIdleMs : limits.upstreamStallMs);
    if (head.status === 101) this.#state = tunnelling;
    else this.#state = inBody;
    const bounded = head.framing === "length" || head.framing === "chunked";
    this.#bodyReader = bounded ? new BodyReader(head.framing, head.contentLength, limits) : undefined;
    this.#sink?.upstreamAnswer(head);
    if (head.framing === "none" && head.status !== 101) this.#finish(noFields);
  }

  #readBody(buffer: Buffer, at: number, length: number): number {
    this.#watch(this.#owner.limits.upstreamStallMs);
    const reader = this.#bodyReader;
    if (reader === undefined) {
      this.#deliver(buffer, at, length);
      return length;
    }
    const consumed = reader.read(buffer, at, length);
    this.#deliver(buffer, at, reader.payloadEnd);
    if (reader.fault !== "") this.#fail(502, `answer-${reader.fault}`);
    else if (reader.done) this.#finish(reader.trailers);
    return consumed;
  }

  #deliver(buffer: Buffer, from: number, end: number): void {
    if (end > from && this.#sink?.upstreamBody(buffer.subarray(from, end)) === false) this.pause();
  }

  /** The answer is whole: back to the pool when the request was whole too and the upstream wants to go on. */
  #finish(trailers: Fields): void {
    const sink = this.#sink;
    this.#sink = undefined;
    const persistent = this.#head?.persistent === true && this.#state === inBody;
    const reusable = mayReuse({ requestDone: this.#requestDone, persistent, flushed: !this.#out.isFull });
    this.#head = undefined;
    if (reusable) {
      this.#state = idle;
      this.socket.resume();
      this.#watch(this.#owner.limits.upstreamIdleMs);
    } else this.destroy();
    sink?.upstreamEnd(trailers);
    sink?.upstreamFlush();
    if (reusable && this.#state === idle) this.#owner.released(this);
  }

  #onEnd(): void {
    if (this.#state === inBody && this.#head?.framing === "close") {
      this.#finish(noFields);
      return;
    }
    if (this.#state === tunnelling) {
      const sink = this.#sink;
      this.#sink = undefined;
      sink?.upstreamEnd(noFields);
      this.destroy();
      return;
    }
    this.#fail(502, "upstream-closed");
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (this.#isConnected) {
      this.#fail(502, "upstream-reset");
      return;
    }
    this.#fail(502, connectFault(error));
  }

  #fail(status: number, code: string): void {
    if (this.#state === dead) return;
    const sink = this.#sink;
    this.#sink = undefined;
    const untouched = !this.#answerSeen;
    this.destroy();
    sink?.upstreamFault({ status, code, untouched });
  }
}
