import type { IncomingMessage, ServerResponse } from "node:http";
import { GaitError } from "#core";
import { createGuard, type GaitOptions } from "./create-guard.ts";

/** What `@hono/node-server` puts into the environment. */
interface NodeBindings {
  readonly incoming?: IncomingMessage;
  readonly outgoing?: ServerResponse;
}

/** The part of Hono's context that is needed. */
export interface HonoContext {
  readonly env: unknown;
}

/**
 * Gait as Hono middleware on `@hono/node-server`: `app.use(gait({ mode: "observe" }))`, first. Elsewhere there is no raw
 * header list to judge, and it says so instead of guessing.
 */
export function gait(
  options: GaitOptions = {},
): (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined> {
  const { node } = createGuard(options);
  return async (context, next) => {
    const { incoming, outgoing } = (context.env ?? {}) as NodeBindings;
    if (incoming === undefined || outgoing === undefined) {
      throw new GaitError("library-runtime", "gait/hono needs @hono/node-server; this runtime shows no Node request");
    }
    const refused = node.judge(incoming, outgoing);
    if (refused !== undefined)
      return new Response(refused.body, { status: refused.status, headers: { ...refused.headers } });
    await next();
    return undefined;
  };
}
