import { type IncomingMessage, Server, type ServerResponse } from "node:http";
import type { NodeMiddleware } from "#edge";
import { createGuard, type GaitOptions } from "./create-guard.ts";

let installed: NodeMiddleware | undefined;

/**
 * Gait inside a Next application that runs on Node (`next start`, standalone, a server of your own). Call it in
 * `instrumentation.ts`:
 *
 *     export async function register() {
 *       if (process.env.NEXT_RUNTIME === "nodejs") (await import("gait/next")).gait({ mode: "observe" });
 *     }
 *
 * Next's own middleware sees neither the order of headers nor any answer. So this stands before it, where Node hands
 * requests to its servers: every HTTP server of this process is judged from then on. Calling it again changes nothing.
 */
export function gait(options: GaitOptions = {}): void {
  if (installed !== undefined) return;
  const { node } = createGuard(options);
  installed = node;
  const emit = Server.prototype.emit;
  Server.prototype.emit = function guarded(this: Server, event: string, ...values: unknown[]): boolean {
    const [request, response] = values as [IncomingMessage, ServerResponse];
    // `passes` sends the refusal itself; the application never hears of that request.
    if (event === "request" && !node.passes(request, response)) return true;
    return Reflect.apply(emit, this, [event, ...values]) as boolean;
  } as typeof emit;
}
