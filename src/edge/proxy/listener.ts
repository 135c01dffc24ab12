import { createServer, type Server, type Socket } from "node:net";
import { canonicalAddress, parseProxyHeader } from "#wire";
import type { Http2Context } from "../h2/serve-http2.ts";
import type { Admission } from "./admission.ts";
import type { GatewayState } from "./gateway-state.ts";
import type { ListenOptions } from "./options.ts";
import type { ConnectionFacts } from "./seam.ts";
import { openSecure, type SecureListener } from "./secure-listener.ts";
import { type Serve, servePlain } from "./serve.ts";

/** A connection as the gateway keeps hold of it, to cut what outlives a drain. */
export interface OpenConnection {
  /** An exchange is under way on it; otherwise cutting it loses nothing. */
  readonly busy: boolean;
  destroy(): void;
}

/** What accepting needs. */
export interface AcceptContext {
  readonly state: GatewayState;
  readonly admission: Admission;
  readonly open: Set<OpenConnection>;
  readonly http2: Http2Context;
}

/** A listening socket and the certificates it serves. */
export interface Listener {
  readonly server: Server;
  readonly secure: SecureListener | undefined;
}

/**
 * Opens one listening socket, or takes over one that is open already. Resolves when it is bound.
 *
 * @throws GaitError `tls-pair` and `tls-certificates` for certificates that cannot serve.
 */
export async function openListener(
  options: ListenOptions,
  context: AcceptContext,
  inherited?: number,
): Promise<Listener> {
  const secure =
    options.tls === undefined ? undefined : openSecure(options.tls, { state: context.state, http2: options.http2 });
  const serve: Serve = secure === undefined ? servePlain(options) : secure.serve;
  const server = createServer(
    { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
    (socket) => accept(socket, options, { ...context, serve }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    const { host, port, reusePort = false } = options;
    const backlog = 4096;
    server.listen(inherited === undefined ? { host, port, reusePort, backlog } : { fd: inherited, backlog }, () => {
      server.off("error", reject);
      server.on("error", () => context.state.counters.reason("accept-error"));
      resolve();
    });
  });
  return { server, secure };
}

function accept(socket: Socket, options: ListenOptions, context: AcceptContext & { readonly serve: Serve }): void {
  const { state, admission } = context;
  const peer = canonicalAddress(socket.remoteAddress ?? "");
  const trusted = peer !== "" && state.runtime.trusted.has(peer);
  const refused = peer === "" ? "connection-gone" : admission.enter(peer, state.runtime.limits, { trusted });
  if (refused !== "") {
    state.counters.reason(refused);
    socket.on("error", () => undefined);
    socket.destroy();
    return;
  }
  state.counters.connections++;
  state.counters.openConnections++;
  socket.once("close", () => {
    admission.leave(peer);
    state.counters.openConnections--;
  });
  const facts: ConnectionFacts = { peer, trusted, scheme: "http", ja4: "", tls: "", h2: "", oddities: noOddities };
  if (options.proxyProtocol === true) {
    readProxyHeader(socket, facts, context);
    return;
  }
  context.serve(socket, facts, context);
}

const noOddities: readonly string[] = Object.freeze([]);

/** The header is a claim about the client, so only a trusted peer may make it; anybody else is not served here. */
function readProxyHeader(
  socket: Socket,
  facts: ConnectionFacts,
  context: AcceptContext & { readonly serve: Serve },
): void {
  const { state } = context;
  const { limits } = state.runtime;
  const fail = (code: string): void => {
    state.counters.reason(code);
    socket.destroy();
  };
  socket.on("error", () => socket.destroy());
  if (!facts.trusted) {
    fail("proxy-header-untrusted");
    return;
  }
  const timer = setTimeout(() => fail("proxy-header-timeout"), limits.firstByteMs);
  let held = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    held = Buffer.concat([held, chunk]);
    const header = parseProxyHeader(held);
    if (header === "more" && held.length <= limits.proxyHeaderBytesMax) return;
    clearTimeout(timer);
    if (typeof header === "string") {
      fail("proxy-header-bad");
      return;
    }
    socket.off("data", onData);
    const peer = header.address === "" ? facts.peer : canonicalAddress(header.address);
    const first = held.subarray(header.bytes);
    context.serve(
      socket,
      { ...facts, peer, trusted: header.address === "" || state.runtime.trusted.has(peer) },
      { ...context, first },
    );
  };
  socket.on("data", onData);
  socket.once("close", () => clearTimeout(timer));
}
