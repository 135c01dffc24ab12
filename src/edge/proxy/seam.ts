import type { Fields, ResponseFraming, ResponseHead } from "#wire";

/** What is known about a client connection before it has spoken HTTP. */
export interface ConnectionFacts {
  /** The nearest hop: the socket's peer, or what a trusted PROXY header said. Canonical text. */
  readonly peer: string;
  /** Whether the socket's peer is one of `trustedProxies`, whose forwarding headers are believed. */
  readonly trusted: boolean;
  readonly scheme: "http" | "https";
  /** JA4 of the TLS ClientHello; empty without TLS. */
  readonly ja4: string;
  /** The resumption-proof form of it; empty without TLS. */
  readonly tls: string;
  /** HTTP/2 presentation; empty below HTTP/2. */
  readonly h2: string;
  /** What was odd about the connection's opening bytes; noted with each of its requests. */
  readonly oddities: readonly string[];
}

/** How the body of an answer reaches the client: as HTTP frames it, or as a raw two-way tunnel (WebSocket). */
export type AnswerFraming = ResponseFraming | "tunnel";

/** An answer on its way to a client: the origin's, or one of our own. */
export interface AnswerHead extends Omit<ResponseHead, "framing"> {
  readonly framing: AnswerFraming;
}

/**
 * The client's half of one exchange, whichever protocol carries it. HTTP/1 connections and HTTP/2 streams implement
 * it; a `Relay` drives it.
 *
 * Order: any `interim`, then `answer` once, then `body`…, then `finish`; or `abort` at any time. After `finish` or
 * `abort` the relay never calls again. Chunks are valid only during the call: copy what is kept.
 */
export interface ClientStream {
  readonly facts: ConnectionFacts;
  /** A 1xx answer; dropped where the client cannot take it (HTTP/1.0). */
  interim(status: number, fields: Fields): void;
  /** Tells a client that waits (`Expect: 100-continue`) to send its body; called at most once. */
  continueBody(): void;
  /** Final answer head. `reference` goes out as `X-Request-Id`. */
  answer(head: AnswerHead, reference: string): void;
  /** Payload bytes. False: the client's buffers are full, wait for `Relay.clientDrained`. */
  body(chunk: Buffer): boolean;
  finish(trailers: Fields): void;
  /** The relay has no more to say for now: what was gathered goes onto the wire. */
  flush(): void;
  /** Cuts an answer that cannot be finished, so that the client does not take it for whole. */
  abort(): void;
  /** Back-pressure for the request body: the upstream is full, or can take more again. */
  pauseBody(): void;
  resumeBody(): void;
}

/** The pipeline's half, as a client stream sees it: it is fed the request body and told what became of the client. */
export interface RequestSink {
  /** Request body payload, valid only during the call. False: `pauseBody` until `resumeBody`. */
  requestBody(chunk: Buffer): boolean;
  requestEnd(trailers: Fields): void;
  /** The body broke its framing, its size or its rate: nothing more of it will come. */
  requestBroken(status: number, code: string): void;
  /** The client went away. The upstream request is cancelled at once. */
  clientGone(): void;
  clientDrained(): void;
  /** What was gathered for the upstream goes onto the wire; call after a batch of `requestBody`. */
  flushUpstream(): void;
}
