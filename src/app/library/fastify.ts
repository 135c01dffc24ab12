import type { IncomingMessage, ServerResponse } from "node:http";
import { createGuard, type GaitOptions } from "./create-guard.ts";

type OnRequest = (
  request: { readonly raw: IncomingMessage },
  reply: { readonly raw: ServerResponse; hijack(): unknown },
  next: () => void,
) => void;

/** The part of Fastify that is needed; written out, so that Gait does not depend on it. */
export interface FastifyApplication {
  addHook(name: "onRequest", hook: OnRequest): unknown;
  addHook(name: "onClose", hook: (instance: unknown, done: () => void) => void): unknown;
}

/**
 * Gait as a Fastify plugin, for every route whichever plugin it is in:
 *
 *     await app.register(gait, { mode: "observe" });
 */
export const gait: (instance: FastifyApplication, options: GaitOptions, done: (error?: Error) => void) => void =
  Object.assign(
    (instance: FastifyApplication, options: GaitOptions, done: (error?: Error) => void) => {
      const guard = createGuard(options);
      instance.addHook("onRequest", (request, reply, next) => {
        if (guard.node.passes(request.raw, reply.raw)) next();
        else reply.hijack();
      });
      instance.addHook("onClose", (_, closed) => {
        guard.close();
        closed();
      });
      done();
    },
    // Fastify's own mark for a plugin whose hooks hold for its parent, too.
    { [Symbol.for("skip-override")]: true },
  );
