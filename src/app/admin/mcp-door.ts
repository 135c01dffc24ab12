import type { IncomingMessage, ServerResponse } from "node:http";
import { packageVersion } from "../cli/commands/version.ts";
import { createMcpServer, loadMcp } from "../operations/faces/mcp.ts";
import { runOperation } from "../operations/run-operation.ts";
import type { Service } from "../serve/service.ts";
import { answerJson, securityHeaders } from "./admin-request.ts";
import type { Visitor } from "./caller.ts";

/** Where MCP clients call. */
export const mcpPath = "/mcp";

/**
 * Answers one MCP call (Streamable HTTP, without sessions): each is judged by its own bearer token, and offered the tools
 * of that token's role. A person's session of the console is not taken: a page that is open must not lend itself to
 * programs (confused deputy).
 */
export async function answerMcp(
  {
    service,
    request,
    response,
    body,
  }: {
    readonly service: Service;
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
    readonly body: unknown;
  },
  { caller, session }: Visitor,
): Promise<void> {
  const { mcp: reach } = service.config.admin;
  if (reach === "off") {
    answerJson(response, 404, { error: "MCP is off; see admin.mcp", code: "not-found" });
    return;
  }
  if (caller.role === "none" || session !== undefined) {
    response.setHeader("www-authenticate", 'Bearer realm="gait"');
    answerJson(response, 401, { error: "MCP needs an API token: gait tokens create", code: "unauthenticated" });
    return;
  }
  const loaded = await loadMcp();
  if (loaded.kind === "missing") {
    answerJson(response, 501, { error: loaded.hint, code: "unavailable" });
    return;
  }
  const { module: library } = loaded;
  const handler = library.createMcpHandler(() =>
    createMcpServer(library, packageVersion(), {
      role: caller.role,
      reach,
      run: (operation, input) => runOperation(operation, input, { service, caller }),
    }),
  );
  const answered = await handler.fetch(webRequest(request, body), { parsedBody: body });
  response.writeHead(answered.status, { ...Object.fromEntries(answered.headers), ...securityHeaders });
  const reader = answered.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read())
    response.write(part.value);
  response.end();
}

/** The request as the library reads it. Credentials end here: tools know the caller, not what it proved itself with. */
function webRequest(request: IncomingMessage, body: unknown): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (typeof value === "string" && !["authorization", "cookie", "content-length"].includes(name))
      headers.set(name, value);
  const method = request.method ?? "POST";
  return new Request(`http://gait.invalid${mcpPath}`, {
    method,
    headers,
    ...(method === "POST" ? { body: JSON.stringify(body) } : {}),
  });
}
