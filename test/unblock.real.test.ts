import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openService, type RunningService } from "../src/app/serve/open-service.ts";
import { ask } from "../src/app/serve/testdata/service-rig.ts";
import { type RealProxyOptions, startRealProxy } from "../src/edge/testdata/real-proxy.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-unblock-"));
let service: RunningService | undefined;
let closing: (() => Promise<void> | void)[] = [];
let originPort = 0;

beforeEach(async () => {
  const origin = createServer((request, response) => {
    request.resume();
    response.end("origin");
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  originPort = (origin.address() as AddressInfo).port;
  closing.push(() => void origin.close());
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function openBeside(door: "haproxy" | "nginx" | "forwardAuth"): Promise<number> {
  mkdirSync(join(folder, "rules"), { recursive: true });
  writeFileSync(
    join(folder, "rules", "site.yaml"),
    '- { name: no-secrets, why: Nobody links to it., when: request.path == "/secret", then: block, ttl: 1h, mode: enforce }\n',
  );
  const path = join(folder, "gait.yaml");
  writeFileSync(
    path,
    `beside: { application: shop, ${door}: "127.0.0.1:0" }\nmode: enforce\nenforce: { basis: certified }\npolicy: { rules: ${folder}/rules }\ntrustedProxies: [127.0.0.1]\nadmin: { listen: false }\nstore: { path: ${folder}/state }\n`,
  );
  service = await openService({ path, env: {}, flags: [] });
  return service.beside[0]?.port ?? 0;
}

function gait(...words: readonly string[]): Promise<{ readonly status: number | null; readonly stdout: string }> {
  const main = ["--conditions=source", "--disable-warning=ExperimentalWarning", "src/app/cli/main.ts"];
  const child = spawn(process.execPath, [...main, ...words, "--state", join(folder, "state")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  return new Promise((resolve) => child.once("close", (status) => resolve({ status, stdout })));
}

const proxies: readonly (readonly [
  name: string,
  door: "haproxy" | "nginx" | "forwardAuth",
  proxy: Pick<RealProxyOptions, "command" | "args" | "files">,
  patient: (text: string) => string,
])[] = [
  [
    "HAProxy",
    "haproxy",
    {
      command: "haproxy",
      args: ["-db", "-f", "haproxy.cfg"],
      files: ["deploy/haproxy/haproxy.cfg", "deploy/haproxy/gait-spoe.conf"],
    },
    (text) => text.replace("timeout processing 50ms", "timeout processing 2s"),
  ],
  [
    "nginx",
    "nginx",
    {
      command: "nginx",
      args: ["-p", "FOLDER", "-c", "FOLDER/nginx.conf", "-g", "daemon off;"],
      files: ["deploy/nginx/nginx.conf"],
    },
    (text) => text.replaceAll(/(proxy_(?:connect|read|send)_timeout) \d+ms/g, "$1 2s"),
  ],
  [
    "Caddy",
    "forwardAuth",
    {
      command: "caddy",
      args: ["run", "--config", "FOLDER/Caddyfile", "--adapter", "caddyfile"],
      files: ["deploy/caddy/Caddyfile"],
    },
    (text) => text.replace("dial_timeout 50ms", "dial_timeout 2s").replace("header_timeout 50ms", "header_timeout 2s"),
  ],
];

test.each(proxies)(
  "beside %s, who was refused is explained and let through by the reference of the answer alone",
  async (_, door, proxy, edit) => {
    const gaitPort = await openBeside(door);
    const running = await startRealProxy({ ...proxy, edit, originPort, gaitPort });
    closing.push(() => running.stop());
    const get = (path: string): ReturnType<typeof ask> =>
      ask({ port: running.port }, { path, headers: { "user-agent": "visitor" } });
    expect((await get("/")).status).toBe(200);
    const refused = await get("/secret");
    expect(refused.status).toBe(403);
    const reference = String(refused.headers["x-request-id"]);
    // The verdict stands for the session, whatever it asks for next.
    expect((await get("/")).status).toBe(403);

    const explained = await gait("explain", reference);
    expect(explained).toMatchObject({ status: 0, stdout: expect.stringContaining("no-secrets") as unknown });
    expect((await gait("unblock", reference, "--for", "1h")).status).toBe(0);
    const done = performance.now();
    await expect.poll(async () => (await get("/")).status, { timeout: 5_000, interval: 50 }).toBe(200);
    expect(performance.now() - done).toBeLessThanOrEqual(5_000);
    expect((await get("/secret")).status).toBe(200);
    const { control } = (service as RunningService).records;
    expect(control.audit({ after: 0, limit: 10 })).toContainEqual(
      expect.objectContaining({ operation: "decisions.unblock" }),
    );
  },
  60_000,
);
