import type { IncomingMessage, ServerResponse } from "node:http";
import { createGuard, type GaitOptions } from "./create-guard.ts";

/** The part of Koa's context that is needed. */
export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  respond?: boolean | undefined;
}

/** Gait as Koa middleware: `app.use(gait({ mode: "observe" }))`, first. */
export function gait(options: GaitOptions = {}): (context: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  const { node } = createGuard(options);
  return async (context, next) => {
    if (node.passes(context.req, context.res)) await next();
    else context.respond = false;
  };
}
