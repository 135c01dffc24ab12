import type { IncomingMessage, ServerResponse } from "node:http";
import { GaitError } from "#core";
import { createGuard, type GaitOptions } from "./create-guard.ts";

/** Node's own request and response, where h3 and srvx keep them. */
interface NodePair {
  readonly req?: IncomingMessage | undefined;
  readonly res?: ServerResponse | undefined;
}

/** The part of an h3 event that is needed: `node` in version 1 (Nitro, Nuxt), `req.runtime.node` from version 2 on. */
export interface H3Event {
  readonly node?: NodePair | undefined;
  readonly req?: { readonly runtime?: { readonly node?: NodePair | undefined } | undefined } | undefined;
}

/**
 * Gait as h3 middleware on Node: `app.use(gait({ mode: "observe" }))`, first. Elsewhere there is no raw header list to
 * judge, and it says so instead of guessing.
 */
export function gait(options: GaitOptions = {}): (event: H3Event, next: () => unknown) => unknown {
  const { node } = createGuard(options);
  return (event, next) => {
    const { req, res } = event.req?.runtime?.node ?? event.node ?? {};
    if (req === undefined || res === undefined) {
      throw new GaitError("library-runtime", "gait/h3 needs h3 on Node; this runtime shows no Node request");
    }
    const refused = node.judge(req, res);
    if (refused === undefined) return next();
    return new Response(refused.body, { status: refused.status, headers: { ...refused.headers } });
  };
}
