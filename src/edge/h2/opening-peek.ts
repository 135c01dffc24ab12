import type { Socket } from "node:net";
import { type H2Opening, OpeningReader, type PrefaceLimits } from "#wire";

/** Caps of one look at a connection's opening frames; the defaults are `http2Limits` in core. */
export interface OpeningPeekLimits extends PrefaceLimits {
  readonly prefaceTimeMs: number;
  readonly prefaceLingerMs: number;
}

export interface OpeningPeekOptions {
  readonly limits: OpeningPeekLimits;
  /** Called once, with every byte back in the socket; or with why the connection never opened. */
  readonly onDone: (opening: H2Opening | { readonly code: string }) => void;
}

/**
 * Reads the frames a client opens HTTP/2 with and puts every byte back for the engine that serves the connection.
 *
 * SETTINGS are waited for (a client must send them without waiting for ours), the first HEADERS only for a moment:
 * a client may well wait for our SETTINGS before it asks for anything. Where they come later, the order of
 * pseudo-headers is taken from the first request itself.
 */
export function peekOpening(socket: Socket, options: OpeningPeekOptions): void {
  const { limits, onDone } = options;
  const reader = new OpeningReader(limits);
  let timer = setTimeout(() => fail("h2-opening-timeout"), limits.prefaceTimeMs);
  let lingering = false;
  const stop = (): void => {
    clearTimeout(timer);
    socket.removeListener("readable", onReadable);
    socket.removeListener("end", onEnd);
    socket.removeListener("close", onEnd);
  };
  const fail = (code: string): void => {
    stop();
    onDone({ code });
  };
  const done = (): void => {
    stop();
    socket.unshift(reader.bytes());
    onDone(reader.opening());
  };
  const onReadable = (): void => {
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
      const progress = reader.push(chunk);
      if (progress === "done") {
        done();
        return;
      }
      if (progress === "more" || lingering) continue;
      lingering = true;
      clearTimeout(timer);
      timer = setTimeout(done, limits.prefaceLingerMs);
    }
  };
  const onEnd = (): void => fail("h2-opening-closed");
  socket.on("readable", onReadable);
  socket.on("end", onEnd);
  socket.on("close", onEnd);
}
