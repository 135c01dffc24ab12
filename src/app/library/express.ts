import type { IncomingMessage, ServerResponse } from "node:http";
import { createGuard, type GaitOptions } from "./create-guard.ts";

/** The signature that Express, Connect and Polka share. */
export type ConnectMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Gait as Express middleware. Put it first, so that it judges what the client sent and sees every answer:
 *
 *     app.use(gait({ mode: "observe", trustedProxies: ["10.0.0.0/8"] }));
 */
export function gait(options: GaitOptions = {}): ConnectMiddleware {
  const { node } = createGuard(options);
  return (request, response, next) => {
    if (node.passes(request, response)) next();
  };
}
