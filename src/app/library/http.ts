import type { RequestListener } from "node:http";
import { createGuard, type GaitOptions } from "./create-guard.ts";

/**
 * Gait around a listener of Node's own server:
 *
 *     createServer(gait((request, response) => response.end("hello"), { mode: "observe" }));
 */
export function gait(listener: RequestListener, options: GaitOptions = {}): RequestListener {
  const { node } = createGuard(options);
  return (request, response) => {
    if (node.passes(request, response)) listener(request, response);
  };
}
