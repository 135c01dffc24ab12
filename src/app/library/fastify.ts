import type { FastifyInstance, FastifyPluginCallback } from "fastify";
import { createGuard, type GaitOptions } from "./create-guard.ts";

/**
 * Gait as a Fastify plugin, for every route whichever plugin it is in:
 *
 *     await app.register(gait, { mode: "observe" });
 */
export const gait: FastifyPluginCallback<GaitOptions> = Object.assign(
  (instance: FastifyInstance, options: GaitOptions, done: (error?: Error) => void) => {
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
