import type { Socket } from "node:net";
import { HelloReader, type HelloReaderLimits } from "#wire";

/** How the look at a connection's opening bytes ended. */
export type HelloPeek =
  | { readonly kind: "hello"; readonly message: Buffer; readonly records: number }
  | { readonly kind: "refused"; readonly code: string; readonly found: string };

export interface HelloPeekOptions {
  readonly limits: HelloReaderLimits & { readonly helloTimeMs: number };
  /** Called once. After "hello" all bytes are back in the socket; after "refused" the socket is the caller's to close. */
  readonly onDone: (peek: HelloPeek) => void;
}

/**
 * Reads a connection's ClientHello and puts every byte back, so that whoever terminates TLS sees the connection
 * untouched. Reads by `readable` and `read`, never flowing: a byte that left the socket as an event could not be put
 * back. The timer is ours, because the one of `node:tls` starts only with the TLS engine, which a stalled client
 * would never let us reach.
 */
export function peekHello(socket: Socket, options: HelloPeekOptions): void {
  const { limits, onDone } = options;
  const reader = new HelloReader(limits);
  let seen = 0;
  const done = (peek: HelloPeek): void => {
    clearTimeout(timer);
    socket.removeListener("readable", onReadable);
    socket.removeListener("end", onEnd);
    socket.removeListener("close", onEnd);
    if (peek.kind === "hello") socket.unshift(reader.bytes());
    onDone(peek);
  };
  const onReadable = (): void => {
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
      seen += chunk.length;
      const progress = reader.push(chunk);
      if (progress.kind === "more") continue;
      done(progress);
      return;
    }
  };
  const onEnd = (): void => done({ kind: "refused", code: "tls-hello-closed", found: `closed after ${seen} bytes` });
  const timer = setTimeout(() => {
    done({ kind: "refused", code: "tls-hello-timeout", found: `${seen} bytes after ${limits.helloTimeMs} ms` });
  }, limits.helloTimeMs);
  socket.on("readable", onReadable);
  socket.on("end", onEnd);
  socket.on("close", onEnd);
}
