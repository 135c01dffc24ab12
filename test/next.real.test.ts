import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = join(process.cwd(), "tools/next");
const next = join(folder, "node_modules/next/dist/bin/next");
const env: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_ENV: "production",
  NEXT_TELEMETRY_DISABLED: "1",
  NODE_OPTIONS: "--conditions=source --disable-warning=ExperimentalWarning",
  GAIT_NEXT: join(process.cwd(), "src/app/library/next.ts"),
};
let server: ChildProcess | undefined;
afterAll(() => void server?.kill("SIGTERM"));

function start(...words: readonly string[]): { readonly child: ChildProcess; readonly said: () => string } {
  const child = spawn(process.execPath, [next, ...words], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (data: Buffer) => {
      said += data.toString();
    });
  return { child, said: () => said };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

test("a real Next application, built and started as its own manual says, is judged with every cookie of its answers", async () => {
  if (!existsSync(next)) throw new Error("Next is not installed; npm ci --prefix tools/next brings it");
  const build = start("build");
  const code = await new Promise((resolve) => build.child.once("close", resolve));
  expect([code, build.said()]).toEqual([0, expect.stringContaining("/api")]);
  const port = await freePort();
  const running = start("start", "-p", String(port), "-H", "127.0.0.1");
  server = running.child;
  const ask = (): Promise<Response | undefined> => fetch(`http://127.0.0.1:${port}/api`).catch(() => undefined);
  await expect.poll(async () => (await ask())?.status, { timeout: 60_000 }).toBe(200);
  const response = await ask();
  expect(response?.headers.getSetCookie()).toHaveLength(2);
  const reference = response?.headers.get("x-request-id");
  await expect.poll(running.said, { timeout: 10_000 }).toContain(`VERDICT ${reference} /api declared-bot 200 sid,lang`);
}, 300_000);
