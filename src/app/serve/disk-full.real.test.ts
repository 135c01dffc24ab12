import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { ask } from "./testdata/service-rig.ts";

const run = promisify(execFile);
let gateway: ChildProcess | undefined;
let origin: Server | undefined;
let folder = "";
afterEach(async () => {
  if (gateway?.exitCode === null) {
    gateway.kill("SIGKILL");
    await once(gateway, "exit");
  }
  origin?.closeAllConnections();
  origin?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Small {
  readonly traffic: number;
  readonly admin: number;
  readonly token: string;
  /** Runs a command where the gateway's disk is. */
  inside(command: string): Promise<string>;
}

/** A gateway whose state lies on a disk of its own of a few megabytes, in a mount namespace of its own. */
async function openOnSmallDisk(): Promise<Small> {
  folder = mkdtempSync(join(tmpdir(), "gait-disk-"));
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const token = randomBytes(24).toString("hex");
  writeFileSync(join(folder, "token"), token, { mode: 0o600 });
  origin = createServer((request, response) => {
    request.resume();
    response.end("origin");
  });
  await new Promise<void>((resolve) => origin?.listen(0, "127.0.0.1", resolve));
  const upstream = (origin.address() as AddressInfo).port;
  writeFileSync(
    join(folder, "gait.yaml"),
    `upstream: http://127.0.0.1:${upstream}\nlisten: 127.0.0.1:0\nadmin: { listen: "127.0.0.1:0", tokenFile: ${folder}/token }\nstore: { path: ${disk}/state }\n`,
  );
  const words = ["--conditions=source", "--disable-warning=ExperimentalWarning", "src/app/cli/main.ts"];
  const line = ["exec", process.execPath, ...words, "serve", "--config", `${folder}/gait.yaml`].join(" ");
  gateway = spawn("unshare", ["-m", "sh", "-c", `mount -t tmpfs -o size=24m tmpfs ${disk} && ${line}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const { pid, stderr } = gateway;
  if (stderr === null) throw new Error("no output to read");
  let said = "";
  for await (const text of createInterface({ input: stderr })) {
    said += `${text}\n`;
    if (/^ {2}status/.test(text)) break;
  }
  stderr.resume();
  const port = (name: string): number => Number(new RegExp(`${name} +http://127\\.0\\.0\\.1:(\\d+)`).exec(said)?.[1]);
  return {
    traffic: port("traffic"),
    admin: port("status"),
    token,
    inside: async (command) =>
      (await run("nsenter", ["-t", String(pid), "-m", "sh", "-c", command], { cwd: "/" })).stdout.trim(),
  };
}

async function change({ admin, token }: Small, value: string): Promise<number> {
  const answer = await ask(
    { port: admin },
    {
      path: "/api/v1/decisions/add",
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ value, action: "block" }),
    },
  );
  return answer.status;
}

async function recordsProblem({ admin, token }: Small): Promise<string> {
  const answer = await ask({ port: admin }, { path: "/api/v1/health", headers: { authorization: `Bearer ${token}` } });
  const { parts } = JSON.parse(answer.body) as { parts: readonly { name: string; says: string }[] };
  return parts.find(({ name }) => name === "records")?.says ?? "";
}

/** As many requests as given; every one must be served. */
async function serveAll({ traffic }: Small, count: number): Promise<void> {
  for (let i = 0; i < count; i++)
    expect(
      (await ask({ port: traffic }, { path: `/page/${i}`, headers: { "user-agent": "x".repeat(400) } })).status,
    ).toBe(200);
}

test("on a disk that is full serving goes on, changes are refused, and all is well again within ten seconds of room", async () => {
  const small = await openOnSmallDisk();
  const disk = `cd ${folder}/disk && `;
  await serveAll(small, 20);
  expect(await change(small, "192.0.2.1")).toBe(200);
  await small.inside(`${disk}cat /dev/zero > fill 2>/dev/null; true`);
  await serveAll(small, 100);
  await expect
    .poll(() => change(small, `192.0.2.${2 + Math.floor(Math.random() * 200)}`), { timeout: 10_000 })
    .toBe(507);
  await expect.poll(() => recordsProblem(small), { timeout: 10_000, interval: 200 }).not.toBe("");
  await serveAll(small, 100);
  await small.inside(`${disk}rm fill`);
  const freed = performance.now();
  await expect.poll(() => change(small, "192.0.2.250"), { timeout: 10_000, interval: 200 }).toBe(200);
  await expect
    .poll(() => recordsProblem(small), { timeout: Math.max(1, 10_000 - (performance.now() - freed)), interval: 200 })
    .toBe("");
  await serveAll(small, 20);
  expect(await small.inside(`${disk}find . -name '*.tmp' -o -name '*.partial' -o -name '*.merged'`)).toBe("");
});
