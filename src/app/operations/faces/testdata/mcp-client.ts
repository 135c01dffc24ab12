import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

/**
 * A real MCP client as a process of its own: it reads what to do as JSON from its argument and prints what it was
 * answered as JSON. On its own because a dependency of the client takes our `source` condition for its own.
 */
const { reach, calls } = JSON.parse(process.argv[2] ?? "{}") as {
  readonly reach: { readonly url: string; readonly token: string } | { readonly command: string; readonly args: string[] };
  readonly calls: readonly { readonly name: string; readonly arguments: Record<string, unknown> }[];
};
const client = new Client({ name: "test", version: "1" });
const transport =
  "url" in reach
    ? new StreamableHTTPClientTransport(new URL(reach.url), {
        requestInit: { headers: { authorization: `Bearer ${reach.token}` } },
      })
    : new StdioClientTransport({ ...reach, stderr: "ignore" });
await client.connect(transport as unknown as Parameters<Client["connect"]>[0]);
const tools = (await client.listTools()).tools.map(({ name }) => name);
const answers: unknown[] = [];
for (const call of calls) answers.push(await client.callTool(call).catch((error: unknown) => ({ refused: String(error) })));
await client.close();
process.stdout.write(JSON.stringify({ tools, answers }));
