import type { Socket } from "node:net";
import { serveHttp2 } from "../h2/serve-http2.ts";
import { Http1Connection } from "./http1-connection.ts";
import type { AcceptContext } from "./listener.ts";
import type { ListenOptions } from "./options.ts";
import type { ConnectionFacts } from "./seam.ts";

/** Speaks to an accepted client. `first`: bytes that were read from the socket already. */
export type Serve = (
  socket: Socket,
  facts: ConnectionFacts,
  context: AcceptContext & { readonly first?: Buffer },
) => void;

/** Speaks HTTP/1, and HTTP/2 with clients that open with its preface (prior knowledge, RFC 9113 section 3.3). */
export function servePlain(options: ListenOptions): Serve {
  if (options.http2 === false) return serveHttp1;
  return (socket, facts, context) => {
    const { first, ...rest } = context;
    let held: Buffer | undefined;
    const onFirst = (chunk: Buffer): void => {
      held = held === undefined ? chunk : Buffer.concat([held, chunk]);
      const opens = opensHttp2(held);
      if (opens === "more") return;
      socket.removeListener("data", onFirst);
      if (opens === "no") {
        socket.on("data", (bytes: Buffer) => connection.receive(bytes));
        connection.receive(held);
        return;
      }
      connection.release();
      socket.pause();
      socket.unshift(held);
      serveHttp2(socket, facts, rest);
    };
    const connection = track(socket, facts, rest);
    socket.on("data", onFirst);
    if (first !== undefined && first.length > 0) onFirst(first);
  };
}

/** Speaks HTTP/1 on a byte stream. */
export const serveHttp1: Serve = (socket, facts, context) => {
  const connection = track(socket, facts, context);
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
