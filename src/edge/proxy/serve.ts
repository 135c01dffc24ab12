import type { Socket } from "node:net";
import { serveHttp2 } from "../h2/serve-http2.ts";
import { Http1Connection } from "./http1-connection.ts";
import { adoptForLentReads, lendReads } from "./lent-reads.ts";
import type { AcceptContext, OpenConnection } from "./listener.ts";
import type { ListenOptions } from "./options.ts";
import type { ConnectionFacts } from "./seam.ts";
import { Timed } from "./timer-wheel.ts";

/** Speaks to an accepted client. `first`: bytes that were read from the socket already. */
export type Serve = (
  socket: Socket,
  facts: ConnectionFacts,
  context: AcceptContext & { readonly first?: Buffer },
) => void;

/** A client that has not spoken yet. */
class Opening extends Timed implements OpenConnection {
  readonly busy = false;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  override expired(): void {
    this.destroy();
  }
}

/** Speaks HTTP/1, and HTTP/2 with clients that open with its preface (prior knowledge, RFC 9113 section 3.3). */
export function servePlain(options: ListenOptions): Serve {
  return (socket, facts, context) => {
    const { first, ...rest } = context;
    const { wheel, runtime } = context.state;
    const opening = new Opening(socket);
    const done = (): void => {
      wheel.clear(opening);
      context.open.delete(opening);
    };
    const onGone = (): void => {
      done();
      socket.destroy();
    };
    let held: Buffer | undefined;
    const onFirst = (chunk: Buffer): void => {
      held = held === undefined ? chunk : Buffer.concat([held, chunk]);
      const opens = options.http2 === false ? "no" : opensHttp2(held);
      if (opens === "more") return;
      done();
      for (const event of ["end", "error", "close"]) socket.removeListener(event, onGone);
      socket.removeListener("data", onFirst);
      if (opens === "no") {
        serveLent(socket, facts, { ...rest, first: held });
        return;
      }
      socket.pause();
      socket.unshift(held);
      serveHttp2(socket, facts, rest);
    };
    context.open.add(opening);
    wheel.set(opening, wheel.now + runtime.limits.firstByteMs);
    for (const event of ["end", "error", "close"]) socket.on(event, onGone);
    socket.on("data", onFirst);
    if (first !== undefined && first.length > 0) onFirst(first);
  };
}

/** Speaks HTTP/1 with reads lent from a shared buffer, where the runtime lets us. */
function serveLent(socket: Socket, facts: ConnectionFacts, context: AcceptContext & { readonly first: Buffer }): void {
  const adopted = adoptForLentReads(socket, (chunk) => connection.receive(chunk));
  const connection = track(adopted ?? socket, facts, context);
  if (adopted === undefined) socket.on("data", (chunk: Buffer) => connection.receive(chunk));
  connection.receive(context.first);
}

/** Speaks HTTP/1 on a socket that is not flowing, of TLS too. */
export const serveHttp1: Serve = (socket, facts, context) => {
  const connection = track(socket, facts, context);
  if (lendReads(socket, (chunk) => connection.receive(chunk)) === undefined)
    socket.on("data", (chunk: Buffer) => connection.receive(chunk));
  if (context.first !== undefined && context.first.length > 0) connection.receive(context.first);
};

function track(socket: Socket, facts: ConnectionFacts, { state, open }: AcceptContext): Http1Connection {
  const connection: Http1Connection = new Http1Connection(state, socket, {
    facts,
    onClosed: () => open.delete(connection),
  });
  open.add(connection);
  return connection;
}

/** No method of HTTP/1.1 begins with "PRI" (RFC 9113 section 3.4 keeps it free), so three bytes decide. */
function opensHttp2(bytes: Buffer): "yes" | "no" | "more" {
  const seen = Math.min(3, bytes.length);
  if (bytes.toString("latin1", 0, seen) !== "PRI".slice(0, seen)) return "no";
  return seen === 3 ? "yes" : "more";
}
