import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "gait-onboarding-"));
const main = join(process.cwd(), "src/app/cli/main.ts");
let shop: Server;
let gateway: ChildProcess | undefined;

beforeAll(async () => {
  shop = createServer((request, response) => {
    response.setHeader("Set-Cookie", ["sid=abc; Path=/; HttpOnly", "lang=en; Path=/"]);
    response.writeHead(request.url === "/" ? 200 : 404, { "Content-Type": "text/html" }).end("shop");
  });
  await new Promise<void>((resolve) => shop.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  gateway?.kill("SIGTERM");
  shop.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["--conditions=source", "--disable-warning=ExperimentalWarning", main, ...words], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function gait(
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = start(...words);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr?.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("from an application to a green doctor: init, serve, doctor; observe mode, no questions, under ten minutes", async () => {
  const started = performance.now();
  const upstream = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  const first = await gait("init", "--upstream", upstream, "--no-replay");
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining("observe")]);
  expect(await gait("check", "gait.yaml")).toMatchObject({ code: 0 });
  expect(await gait("init", "--upstream", upstream, "--no-replay")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--yes"),
  });
  const config = join(folder, "gait.yaml");
  const text = readFileSync(config, "utf8");
  expect(text).toMatch(/^mode: observe$/m);
  const port = await freePort();
  writeFileSync(
    config,
    text.replace("127.0.0.1:8080", `127.0.0.1:${port}`).replace("listen: 127.0.0.1:9180", "listen: false"),
  );
  gateway = start("serve");
  let banner = "";
  gateway.stderr?.on("data", (data: Buffer) => {
    banner += data.toString();
  });
  await expect.poll(() => banner, { timeout: 30_000 }).toContain("observe mode");
  const examined = await gait("doctor", `http://127.0.0.1:${port}`, "--json");
  const { healthy, findings } = JSON.parse(examined.stdout) as {
    healthy: boolean;
    findings: { check: string; state: string; found: string }[];
  };
  expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
  expect([examined.code, healthy]).toEqual([0, true]);
  expect(findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining(["client address", "path", "host", "cookies given", "failure mode", "clock"]),
  );
  expect(performance.now() - started).toBeLessThan(600_000);
  console.log(`from init to a green doctor: ${Math.round((performance.now() - started) / 1_000)} s`);
}, 600_000);
