import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { adminPort, ask, openServiceRig, type ServiceRig } from "../../serve/testdata/service-rig.ts";
import { toolsFor } from "./mcp.ts";

let rig: ServiceRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

/** A program's token of a role, made at the socket. */
async function tokenOf({ service }: ServiceRig, role: string): Promise<string> {
  const made = await ask(
    { socketPath: service.socketPath },
    {
      path: "/api/v1/tokens/create",
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: `mcp-${role}`, role }),
    },
  );
  return (JSON.parse(made.body) as { secret: string }).secret;
}

interface Said {
  readonly tools: readonly string[];
  readonly answers: readonly { readonly structuredContent?: unknown; readonly isError?: boolean }[];
}

type Reach = { readonly url: string; readonly token: string } | { readonly command: string; readonly args: string[] };

const clientFile = fileURLToPath(new URL("./testdata/mcp-client.ts", import.meta.url));

/** Has a real client connect, list the tools and call some. */
async function speak(
  reach: Reach,
  calls: readonly { readonly name: string; readonly arguments: object }[] = [],
): Promise<Said> {
  const { stdout } = await promisify(execFile)(process.execPath, [clientFile, JSON.stringify({ reach, calls })]);
  return JSON.parse(stdout) as Said;
}

async function overHttp(running: ServiceRig, role: string): Promise<Reach> {
  return { url: `http://127.0.0.1:${adminPort(running)}/mcp`, token: await tokenOf(running, role) };
}

test("a model with a viewer's token reads what a viewer may, and finds no tool that changes anything", async () => {
  rig = await openServiceRig();
  await ask(rig, { path: "/seen" });
  await rig.service.records.flush();
  const { tools, answers } = await speak(await overHttp(rig, "viewer"), [
    { name: "events_query", arguments: { path: "/seen" } },
    { name: "events_query", arguments: { limit: 1e9 } },
    { name: "decisions_add", arguments: { value: "192.0.2.1", action: "block" } },
  ]);
  expect(tools).toContain("events_query");
  expect(tools).toEqual(toolsFor("viewer", "read").map(({ name }) => name.replace(".", "_")));
  expect(tools.filter((name) => /_(add|remove|delete|save|create)$|^(session|tokens|users)_/.test(name))).toEqual([]);
  const [found, tooMany, absent] = answers;
  expect(found?.structuredContent).toMatchObject({ events: [{ path: "/seen" }] });
  expect(JSON.stringify(tooMany)).toMatch(/limit|1000/i);
  expect(JSON.stringify(absent)).toMatch(/decisions_add/);
  expect(rig.service.protection.decisions.size).toBe(0);
});

test("changes are offered where the operator allowed them, within the role, and stand in the audit log", async () => {
  rig = await openServiceRig("admin: { mcp: write }\n");
  const support = await speak(await overHttp(rig, "support"));
  expect(support.tools).toContain("decisions_remove");
  expect(support.tools).not.toContain("decisions_add");
  const block = { value: "192.0.2.1", action: "block", reason: "asked for" };
  const operator = await speak(await overHttp(rig, "operator"), [{ name: "decisions_add", arguments: block }]);
  expect(JSON.stringify(operator.answers[0])).toContain("192.0.2.1");
  const { control } = rig.service.records;
  expect(control.audit({ after: 0, limit: 100 }).at(-1)).toMatchObject({
    who: "token:mcp-operator",
    operation: "decisions.add",
  });
});

test("without a token there is no MCP, a person's session is no token, and it can be turned off", async () => {
  rig = await openServiceRig();
  const token = await tokenOf(rig, "viewer");
  const { operators } = rig.service.identity;
  const post = (headers: Readonly<Record<string, string>>): ReturnType<typeof ask> =>
    ask(
      { port: adminPort(rig as ServiceRig) },
      { path: "/mcp", method: "POST", headers: { "content-type": "application/json", ...headers }, body: "{}" },
    );
  const boot = await ask(
    { port: adminPort(rig) },
    {
      path: "/api/v1/session/bootstrap",
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: operators.bootstrapToken, user: "ann", password: "correct horse battery staple" }),
    },
  );
  const cookie = String(boot.headers["set-cookie"]).split(";")[0] ?? "";
  const { csrf } = JSON.parse(boot.body) as { csrf: string };
  expect((await post({})).status).toBe(401);
  expect((await post({ authorization: "Bearer gait_made-up" })).status).toBe(401);
  expect((await post({ cookie, "x-csrf-token": csrf })).status).toBe(401);
  expect((await post({ authorization: `Bearer ${token}`, origin: "https://evil.example" })).status).toBe(403);
  await rig.close();
  rig = await openServiceRig("admin: { mcp: off }\n");
  expect((await post({ authorization: `Bearer ${await tokenOf(rig, "viewer")}` })).status).toBe(404);
});

test("gait mcp serves the same on standard input and output, as the role it was given", async () => {
  rig = await openServiceRig();
  await ask(rig, { path: "/seen" });
  await rig.service.records.flush();
  const words = ["--conditions=source", "--disable-warning=ExperimentalWarning", "src/app/cli/main.ts"];
  const args = [...words, "mcp", "--socket", rig.service.socketPath, "--as", "analyst"];
  const said = await speak({ command: process.execPath, args }, [{ name: "overview", arguments: {} }]);
  expect(said.answers[0]?.structuredContent).toMatchObject({ totals: { requests: 1 } });
  expect(said.tools).not.toContain("decisions_add");
});

test("who asks to be less at the socket is less, and a misspelt role is nobody", async () => {
  rig = await openServiceRig();
  const at = { socketPath: rig.service.socketPath };
  const look = async (as: string): Promise<number> =>
    (await ask(at, { path: "/api/v1/users/list", headers: { "x-gait-as": as } })).status;
  expect(await look("mcp:viewer")).toBe(403);
  expect(await look("mcp:admin")).toBe(200);
  expect(await look("mcp:nonsense")).toBe(401);
  expect(await look("")).toBe(401);
});
