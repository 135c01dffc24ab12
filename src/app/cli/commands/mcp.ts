import { exitCodes, GaitError } from "#core";
import { pathOf } from "../../operations/faces/http.ts";
import { createMcpServer, loadMcp, type McpLibrary } from "../../operations/faces/mcp.ts";
import { type FaultKind, faultStatus, OperationFault } from "../../operations/operation.ts";
import { type Role, roles } from "../../operations/permissions.ts";
import { loadOptional } from "../../optional/load-optional.ts";
import { type AdminTarget, askGateway, errorIn, withAdminTarget } from "../admin-client.ts";
import type { Verb } from "../command.ts";
import { packageVersion } from "./version.ts";

interface McpOptions extends AdminTarget {
  readonly as: string;
  readonly allowChanges?: boolean;
}

/** What we use of the library's stdio face. */
interface McpStdio {
  readonly StdioServerTransport: new (stdin: NodeJS.ReadableStream, stdout: NodeJS.WritableStream) => unknown;
  serveStdio(factory: () => unknown, options: { readonly transport: unknown }): { close(): Promise<void> };
}

/** `gait mcp`: tools for a language model on standard input and output, by way of the running gateway. */
export const mcp: Verb = (program, context) => {
  withAdminTarget(program.command("mcp"))
    .description("serve the gateway's operations as MCP tools on standard input and output")
    .option("--as <role>", `whom the model may be: ${roles.join(", ")}`, "viewer")
    .option("--allow-changes", "offer the tools that change something, too")
    .addHelpText("after", "\nExample:\n  gait mcp --as analyst --state /var/lib/gait\n")
    .action(async (options: McpOptions) => {
      const role = roles.find((one) => one === options.as);
      if (role === undefined)
        throw new GaitError("operation-refused", `--as ${options.as}: expected one of ${roles.join(", ")}`, {
          exitCode: exitCodes.usage,
        });
      const library = await need<McpLibrary>("@modelcontextprotocol/server");
      const stdio = await need<McpStdio>("@modelcontextprotocol/server/stdio");
      const tools = {
        role,
        reach: options.allowChanges === true ? "write" : "read",
        run: runner(options, role, context.env),
      } as const;
      const handle = stdio.serveStdio(() => createMcpServer(library, packageVersion(), tools), {
        transport: new stdio.StdioServerTransport(context.stdin, context.stdout),
      });
      context.stderr.write(`gait mcp: ready as ${role}\n`);
      await new Promise<void>((resolve) => {
        context.stdin.once("end", resolve);
        context.stdin.once("close", resolve);
        context.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      await handle.close();
    });
};

async function need<Module>(name: string): Promise<Module> {
  const loaded = name.endsWith("/stdio") ? await loadOptional<Module>(name, "gait mcp") : await loadMcp();
  if (loaded.kind === "missing") throw new GaitError("operation-refused", loaded.hint);
  return loaded.module as Module;
}

/** Asks the gateway over its socket as the role, so that the gateway's own check stands behind the list of tools. */
function runner(target: AdminTarget, role: Role, env: NodeJS.ProcessEnv): Parameters<typeof createMcpServer>[2]["run"] {
  return async (operation, input) => {
    const answer = await askGateway(
      target,
      { method: "POST", path: pathOf(operation), body: input, as: `mcp:${role}` },
      env,
    );
    if (answer.status === 200) return answer.body;
    const kind = (Object.keys(faultStatus) as FaultKind[]).find((one) => faultStatus[one] === answer.status);
    throw new OperationFault(kind ?? "unavailable", errorIn(answer));
  };
}
