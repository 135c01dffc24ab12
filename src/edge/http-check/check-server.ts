import { createServer, type Server, type Socket } from "node:net";
import { besideLimits, GaitError } from "#core";
import { canonicalAddress, createNetworkSet } from "#wire";
import type { DecisionService } from "../beside/decision-service.ts";
import { type AnswerListener, openAnswerListener } from "./answer-listener.ts";
import { CheckConnection } from "./check-connection.ts";
import type { CheckDialect } from "./question-names.ts";
import { CheckReader } from "./read-check.ts";

/** How the check server is opened. */
export interface CheckServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly dialect: CheckDialect;
  /** Addresses and networks of the proxies that may ask. */
  readonly trustedProxies: readonly string[];
}

const lookMs = 2_000;

/** A running check server. */
export interface CheckServer {
  readonly port: number;
  /** Reports of answers that could not be read: another version of deploy/nginx/gait.js, or somebody else's. */
  answersRejected(): number;
  close(): Promise<void>;
}

/**
 * Answers the questions of nginx (`auth_request`), Caddy (`forward_auth`), Traefik (`forwardAuth`) and Envoy
 * (`ext_authz` over HTTP): 200 lets the request pass, 403 or 429 refuses it. The verdict itself stands in headers, so that the proxy can hand it to the
 * application: `X-Gait-Action`, `X-Gait-Kind`, `X-Gait-Score`, `X-Request-Id`.
 *
 * @throws GaitError `edge-options` when a trusted proxy is neither an address nor a network.
 */
export async function openCheckServer(service: DecisionService, options: CheckServerOptions): Promise<CheckServer> {
  const trusted = createNetworkSet(options.trustedProxies);
  if ("bad" in trusted) {
    throw new GaitError("edge-options", `trustedProxies: "${trusted.bad}" is not an address or a CIDR block`, {
      exitCode: 2,
    });
  }
  const { dialect, listen } = options;
  const door = { service, dialect, reader: new CheckReader(dialect, trusted) };
  const connections = new Map<Socket, CheckConnection>();
  const server: Server = createServer((socket) => {
    const mayAsk = trusted.has(canonicalAddress(socket.remoteAddress ?? ""));
    connections.set(socket, new CheckConnection(socket, door, { trusted: mayAsk }));
    socket.on("close", () => connections.delete(socket));
  });
  server.maxConnections = besideLimits.checkConnectionsMax.default;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : listen.port;
  let answers: AnswerListener | undefined;
  if (dialect === "auth-request") {
    try {
      answers = await openAnswerListener(service, { host: listen.host, port, trusted });
    } catch (error) {
      server.close();
      throw error;
    }
  }
  const timer = setInterval(() => {
    service.expire();
    for (const connection of connections.values()) connection.look(performance.now());
  }, lookMs).unref();
  return {
    port,
    answersRejected: () => answers?.rejected() ?? 0,
    async close() {
      clearInterval(timer);
      await answers?.close();
      for (const socket of connections.keys()) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
