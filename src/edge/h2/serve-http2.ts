import type { Socket } from "node:net";
import { type Http2Limits, http2Limits, limitValues } from "#core";
import type { H2Opening } from "#wire";
import type { GatewayState } from "../proxy/gateway-state.ts";
import type { OpenConnection } from "../proxy/listener.ts";
import type { ConnectionFacts } from "../proxy/seam.ts";
import { H2Connection } from "./h2-connection.ts";
import { H2Registry } from "./h2-registry.ts";
import { peekOpening } from "./opening-peek.ts";

/** What all HTTP/2 connections of one gateway share. */
export interface Http2Context {
  readonly limits: Http2Limits;
  readonly registry: H2Registry;
}

export function createHttp2Context(overrides: Partial<Http2Limits> = {}): Http2Context {
  const limits = limitValues(http2Limits, overrides);
  return { limits, registry: new H2Registry(limits) };
}

/** What serving one connection needs. */
export interface Http2Serving {
  readonly state: GatewayState;
  readonly open: Set<OpenConnection>;
  readonly http2: Http2Context;
}

/** Speaks HTTP/2 on a socket that is not flowing, and whose bytes may have been put back. */
export function serveHttp2(socket: Socket, facts: ConnectionFacts, context: Http2Serving): void {
  const { state, open, http2 } = context;
  const { limits, registry } = http2;
  socket.on("error", ignore);
  if (registry.isPenalised(facts.peer, state.wheel.read())) {
    state.counters.reason("h2-penalised");
    socket.destroy();
    return;
  }
  const waiting: OpenConnection = { busy: false, destroy: () => socket.destroy() };
  open.add(waiting);
  peekOpening(socket, {
    limits,
    onDone(opening) {
      open.delete(waiting);
      if ("code" in opening) {
        state.counters.reason(opening.code);
        socket.destroy();
        return;
      }
      openConnection(socket, facts, { ...context, opening });
    },
  });
}

/** The engine is handed a live socket with hostile bytes in it: should that ever throw, one connection ends. */
function openConnection(
  socket: Socket,
  facts: ConnectionFacts,
  { state, open, http2, opening }: Http2Serving & { readonly opening: H2Opening },
): void {
  try {
    const connection: H2Connection = new H2Connection(socket, {
      state,
      limits: http2.limits,
      registry: http2.registry,
      facts: opening.oddities.length === 0 ? facts : { ...facts, oddities: [...facts.oddities, ...opening.oddities] },
      opening,
      onClosed: () => open.delete(connection),
    });
    open.add(connection);
  } catch {
    state.counters.reason("h2-internal");
    socket.destroy();
  }
}

function ignore(): void {}
