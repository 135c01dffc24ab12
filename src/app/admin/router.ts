import type { IncomingMessage, ServerResponse } from "node:http";
import { appLimits } from "#core";
import { answerOperation, apiPrefix, operationAt } from "../operations/faces/http.ts";
import { openApiDocument } from "../operations/faces/openapi.ts";
import type { Service } from "../serve/service.ts";
import { type AdminRequest, type AdminRoute, type Authority, answerJson } from "./admin-request.ts";
import { doorOf, type Visitor } from "./caller.ts";
import { livePath, streamLive } from "./live-events.ts";
import { answerMcp, mcpPath } from "./mcp-door.ts";
import { routes } from "./routes/index.ts";

/** Finds and runs the route of an admin request. Never throws: what a handler throws is answered with 500 and a code. */
export async function route(call: {
  readonly service: Service;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly visitor: Visitor;
}): Promise<void> {
  const { service, request, response, visitor } = call;
  const { authority } = visitor;
  try {
    const url = new URL(request.url ?? "/", "http://admin.invalid");
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
    if (url.pathname === mcpPath) {
      const body = method === "POST" ? await readBody(request) : undefined;
      await answerMcp({ service, request, response, body }, visitor);
      return;
    }
    if (url.pathname.startsWith(apiPrefix)) {
      await routeOperation({ service, method, query: url.searchParams, request, response }, url.pathname, visitor);
      return;
    }
    const found = routes.filter((each) => fits(each.path, url.pathname));
    const matched = found.find((each) => each.method === method);
    if (matched === undefined) {
      const status = found.length === 0 ? 404 : 405;
      answerJson(response, status, { error: status === 404 ? "there is nothing here" : "method not allowed" });
      return;
    }
    if (!mayCall(matched, authority)) {
      refuse({ request, response }, authority);
      return;
    }
    const body = method === "GET" ? undefined : await readBody(request);
    await matched.handle({ service, method, path: url.pathname, query: url.searchParams, body, request, response });
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const status = error instanceof BodyFault ? error.status : 500;
    answerJson(response, status, { error: error instanceof BodyFault ? error.message : "internal error" });
  }
}

/** Everything below `/api/v1/` is an operation, but for the document that describes them. */
async function routeOperation(
  call: Omit<AdminRequest, "path" | "body">,
  path: string,
  { caller, session }: Visitor,
): Promise<void> {
  const { method, request, response } = call;
  if (path === `${apiPrefix}openapi.json` && method === "GET") {
    if (caller.role === "none") answerJson(response, 401, { error: "sign in first", code: "forbidden" });
    else answerJson(response, 200, openApiDocument());
    return;
  }
  if (path === livePath && method === "GET") {
    if (caller.permissions.has("look")) streamLive(call.service, response, call.query);
    else answerJson(response, caller.role === "none" ? 401 : 403, { error: 'live needs the permission "look"' });
    return;
  }
  const operation = operationAt(path);
  if (operation === undefined) {
    answerJson(response, 404, { error: "there is no such operation; see /api/v1/openapi.json", code: "not-found" });
    return;
  }
  const body = method === "GET" ? undefined : await readBody(request);
  const door = doorOf(request, response, { service: call.service, session });
  await answerOperation(operation, { ...call, body }, { caller, door });
}

function fits(pattern: string, path: string): boolean {
  if (pattern.endsWith("/**")) return path.startsWith(pattern.slice(0, -2));
  if (!pattern.endsWith("/*")) return pattern === path;
  const prefix = pattern.slice(0, -1);
  return path.startsWith(prefix) && path.length > prefix.length && !path.slice(prefix.length).includes("/");
}

function mayCall({ needs }: AdminRoute, authority: Authority | "none"): boolean {
  if (needs === "open" || authority === "control") return true;
  return needs === "look" && authority === "look";
}

function refuse(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  authority: Authority | "none",
): void {
  if (authority === "none") {
    // To what a page asks for by itself, a browser would answer this with a box of its own over the form to sign in.
    const byScript = (request.headers["sec-fetch-mode"] ?? "navigate") !== "navigate";
    if (!byScript) response.setHeader("www-authenticate", 'Basic realm="gait", charset="UTF-8"');
    answerJson(response, 401, { error: "a token is needed (Authorization: Bearer …)" });
    return;
  }
  answerJson(response, 403, { error: "changes go through the admin socket, or need a bearer token (admin.tokenFile)" });
}

class BodyFault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Bodies are JSON and say so: a form or `text/plain` is what a page on another site could send without being asked. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > appLimits.adminBodyBytesMax.default) throw new BodyFault(413, "the body is too long");
    chunks.push(chunk);
  }
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new BodyFault(415, "expected a body of type application/json");
  try {
    return bytes === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown);
  } catch {
    throw new BodyFault(400, "the body is not JSON");
  }
}
