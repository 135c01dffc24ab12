import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Action, besideLimits, GaitError } from "#core";
import { createNetworkSet, isRefusal } from "#wire";
import type { Decided, DecisionService } from "../beside/decision-service.ts";
import { type AnswerListener, openAnswerListener } from "./answer-listener.ts";
import { type Asker, type CheckDialect, readCheck } from "./read-check.ts";

/** How the check server is opened. */
export interface CheckServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly dialect: CheckDialect;
  /** Addresses and networks of the proxies that may ask. */
  readonly trustedProxies: readonly string[];
}

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
  const server: Server = createServer(
    {
      keepAliveTimeout: besideLimits.checkIdleMs.default,
      headersTimeout: besideLimits.checkHeadMs.default,
      requestTimeout: 10_000,
      maxHeaderSize: besideLimits.checkHeadBytesMax.default,
      connectionsCheckingInterval: 2_000,
    },
    (request, response) => answer(service, { dialect: options.dialect, trusted }, { request, response }),
  );
  server.maxConnections = besideLimits.checkConnectionsMax.default;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.listen.port, options.listen.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.listen.port;
  let answers: AnswerListener | undefined;
  if (options.dialect === "auth-request") {
    try {
      answers = await openAnswerListener(service, { host: options.listen.host, port, trusted });
    } catch (error) {
      server.close();
      throw error;
    }
  }
  const timer = setInterval(() => service.expire(), 5_000).unref();
  return {
    port,
    answersRejected: () => answers?.rejected() ?? 0,
    async close() {
      clearInterval(timer);
      await answers?.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(
  service: DecisionService,
  asker: Asker,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): void {
  // A body may come along where the proxy was not told to drop it; it is not read.
  request.resume();
  const asked = readCheck(request, asker);
  if (isRefusal(asked)) {
    response
      .writeHead(asker.dialect === "auth-request" ? 403 : asked.status, {
        "X-Gait-Action": "block",
        "X-Gait-Code": asked.code,
      })
      .end();
    return;
  }
  let decided: Decided;
  try {
    decided = service.decide(asked);
  } catch {
    // No answer is better than a wrong one: the proxy's own fail mode takes over.
    request.socket.destroy();
    return;
  }
  const status = statusOf(decided.action, asker.dialect);
  response.writeHead(status, headersOf(decided, status)).end();
}

const slowing: ReadonlySet<Action> = new Set(["throttle", "tarpit"]);
const passing: ReadonlySet<Action> = new Set(["allow", "tag", "log", "route"]);

function statusOf(action: Action, dialect: CheckDialect): number {
  if (passing.has(action)) return 200;
  return slowing.has(action) && dialect !== "auth-request" ? 429 : 403;
}

function headersOf({ action, verdict, reference }: Decided, status: number): Record<string, string> {
  return {
    "X-Gait-Action": action,
    "X-Gait-Kind": verdict.kind,
    "X-Gait-Score": String(Math.round(verdict.score.total)),
    "X-Request-Id": reference,
    "Cache-Control": "no-store",
    ...(status === 429 ? { "Retry-After": "5" } : {}),
  };
}
