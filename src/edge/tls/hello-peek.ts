import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { HelloReader, type HelloReaderLimits } from "#wire";
import { lendReads } from "../proxy/lent-reads.ts";

/** How the look at a connection's opening bytes ended. */
export type HelloPeek =
  | {
      readonly kind: "hello";
      /** Valid during `onDone` only. */
      readonly message: Buffer;
      readonly records: number;
      /** Gives the TLS engine around the socket the bytes that were looked at; call it within `onDone`. */
      readonly handOn: (engine: TLSSocket) => void;
    }
  | { readonly kind: "refused"; readonly code: string; readonly found: string };

export interface HelloPeekOptions {
  readonly limits: HelloReaderLimits & { readonly helloTimeMs: number };
  /** Called once. After "hello" all bytes go to the TLS engine; after "refused" the socket is the caller's to close. */
  readonly onDone: (peek: HelloPeek) => void;
}

/**
 * Reads a connection's ClientHello and gives every byte on, so that whoever terminates TLS sees the connection
 * untouched. The timer is ours, because the one of `node:tls` starts only with the TLS engine, which a stalled client
 * would never let us reach.
 */
export function peekHello(socket: Socket, options: HelloPeekOptions): void {
  new Peek(socket, options).begin();
}

/** Where the TLS engine takes bytes that somebody else has read. Node's own way, without a public name. */
interface EngineParts {
  readonly _handle?: { receive?: (bytes: Buffer) => void } | null;
}

class Peek {
  readonly #socket: Socket;
  readonly #options: HelloPeekOptions;
  readonly #reader: HelloReader;
  readonly #timer: NodeJS.Timeout;
  /** Set where reads are lent. */
  #forget: (() => void) | undefined;
  #seen = 0;
  #done = false;

  constructor(socket: Socket, options: HelloPeekOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#reader = new HelloReader(options.limits);
    this.#timer = setTimeout(this.#onLate, options.limits.helloTimeMs);
  }

  /**
   * Reads into the buffer that all connections share where the runtime lets us: no buffer is made for the hello and no
   * stream stands between. Otherwise by `readable` and `read`, never flowing: a byte that left the socket as an event
   * could not be put back.
   */
  begin(): void {
    const socket = this.#socket;
    this.#forget = lendReads(socket, (chunk) => this.#push(chunk));
    if (this.#forget === undefined) socket.on("readable", this.#onReadable);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onEnd);
  }

  readonly #onEnd = (): void =>
    this.#end({ kind: "refused", code: "tls-hello-closed", found: `closed after ${this.#seen} bytes` });

  readonly #onLate = (): void => {
    const found = `${this.#seen} bytes after ${this.#options.limits.helloTimeMs} ms`;
    this.#end({ kind: "refused", code: "tls-hello-timeout", found });
  };

  readonly #onReadable = (): void => {
    while (!this.#done) {
      const chunk: Buffer | null = this.#socket.read();
      if (chunk === null) return;
      this.#push(chunk);
    }
  };

  #push(chunk: Buffer): void {
    if (this.#done) return;
    this.#seen += chunk.length;
    const progress = this.#reader.push(chunk);
    if (progress.kind === "more") {
      if (this.#forget !== undefined) this.#reader.own();
      return;
    }
    if (progress.kind === "refused") {
      this.#end(progress);
      return;
    }
    const bytes = this.#reader.bytes();
    if (this.#forget === undefined) this.#socket.unshift(bytes);
    const { message, records } = progress;
    this.#end({ kind: "hello", message, records, handOn: (engine) => this.#handOn(engine, bytes) });
  }

  /** What stands in the socket is taken from there by the engine itself, in the next turn. */
  #handOn(engine: TLSSocket, bytes: Buffer): void {
    if (this.#forget === undefined) return;
    const handle = (engine as unknown as EngineParts)._handle;
    if (typeof handle?.receive === "function") handle.receive(bytes);
    else this.#socket.unshift(Buffer.from(bytes));
  }

  #end(peek: HelloPeek): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#forget?.();
    const socket = this.#socket;
    socket.removeListener("readable", this.#onReadable);
    socket.removeListener("end", this.#onEnd);
    socket.removeListener("close", this.#onEnd);
    this.#options.onDone(peek);
  }
}
