import { createServer, type Server, type Socket } from "node:net";
import { besideLimits } from "#core";
import type { DecisionService } from "../beside/decision-service.ts";
import { SpoeConnection } from "./spoe-connection.ts";
import { createSpoeAnswerer } from "./spoe-messages.ts";

/** A running agent. */
export interface SpoeAgent {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Answers HAProxy's questions over SPOE. Two messages are understood, with arguments by name:
 *
 * - `gait-request`: `id` (unique-id), `ip` (src), `method`, `target` (pathq), `headers` (req.hdrs), `https` (ssl_fc),
 *   `ja4`, and `answers`: false where the other message is not configured, so that no answer is waited for
 * - `gait-response`: `id`, `status`, `headers` (res.hdrs), `bytes`, `duration` (ms)
 *
 * Variables set for a request: `action`, `score`, `kind`, `reference` where `id` could not be it, and `code` where our parser refuses what
 * HAProxy accepted; the configuration in deploy/haproxy acts on `action`.
 */
export async function openSpoeAgent(
  service: DecisionService,
  listen: { readonly host: string; readonly port: number },
  { connectionsMax = besideLimits.spoeConnectionsMax.default }: { readonly connectionsMax?: number } = {},
): Promise<SpoeAgent> {
  const sockets = new Set<Socket>();
  const answerer = createSpoeAnswerer(service);
  const server: Server = createServer((socket) => {
    // HAProxy keeps connections for as long as its `timeout idle`; one that it no longer needs must not shut a new one out.
    const [silentLongest] = sockets;
    if (sockets.size >= connectionsMax) silentLongest?.destroy();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", () => {
      sockets.delete(socket);
      sockets.add(socket);
    });
    new SpoeConnection(socket, answerer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const timer = setInterval(() => service.expire(), 5_000).unref();
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : listen.port,
    async close() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
