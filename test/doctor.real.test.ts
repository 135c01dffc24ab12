import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Finding } from "../src/app/doctor/findings.ts";
import type { ArrivedProbe } from "../src/app/doctor/probe-guard.ts";
import { runDoctor } from "../src/app/doctor/run-doctor.ts";
import { openService, type RunningService } from "../src/app/serve/open-service.ts";
import { type RealProxy, startRealProxy } from "../src/edge/testdata/real-proxy.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-doctor-"));
let origin: Server;
let service: RunningService | undefined;
let proxy: RealProxy | undefined;
const application: RequestListener = (request, response) => {
  response.setHeader("Set-Cookie", ["sid=abc; Path=/; HttpOnly", "lang=en; Path=/"]);
  response.writeHead(request.url?.startsWith("/.well-known/") === true ? 404 : 200).end("hello");
};

beforeAll(async () => {
  origin = createServer(application);
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await proxy?.stop();
  await service?.stop();
  proxy = undefined;
  service = undefined;
});
afterAll(() => {
  origin.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(door: string): Promise<RunningService> {
  const path = join(folder, "gait.yaml");
  // Enforce mode and our own address on the block list: the tester must get through all the same.
  writeFileSync(
    path,
    `mode: enforce\npolicy: { block: ["127.0.0.1"] }\nbeside: { ${door}: "127.0.0.1:0" }\nadmin: { listen: false }\nstore: { path: ${join(folder, "state")} }\n`,
  );
  service = await openService({ path, env: {}, flags: [] });
  return service;
}

function examine(running: RunningService, port: number, insecure = false): Promise<readonly Finding[]> {
  return runDoctor({
    url: new URL(`http://127.0.0.1:${port}`),
    path: "/",
    insecure,
    begin: async () => ({ token: running.probes.begin(), now: Date.now(), mode: "enforce", passive: [] }),
    arrived: async (token): Promise<readonly ArrivedProbe[]> => running.probes.arrived(token) ?? [],
  });
}

const states = (findings: readonly Finding[]): Readonly<Record<string, string>> =>
  Object.fromEntries(findings.map(({ check, state }) => [check, state]));
const healthy = {
  link: "ok",
  "client address": "ok",
  method: "ok",
  path: "ok",
  host: "ok",
  TLS: "ok",
  "cookies sent": "ok",
  reference: "ok",
  "failure mode": "ok",
  clock: "ok",
};
const ports = (running: RunningService): { readonly originPort: number; readonly gaitPort: number } => ({
  originPort: (origin.address() as AddressInfo).port,
  gaitPort: running.beside[0]?.port ?? 0,
});
const nginx = (file: string): { command: string; args: string[]; files: string[] } => ({
  command: "nginx",
  args: ["-p", "FOLDER", "-c", `FOLDER/${file}`, "-g", "daemon off;"],
  files: [`deploy/nginx/${file}`, "deploy/nginx/gait.js"],
});

test("HAProxy: everything arrives, the link is cut and requests pass; the tester is on the block list and never blocked", async () => {
  const running = await open("haproxy");
  const files = ["deploy/haproxy/haproxy.cfg", "deploy/haproxy/gait-spoe.conf"];
  proxy = await startRealProxy({ command: "haproxy", args: ["-db", "-f", "haproxy.cfg"], files, ...ports(running) });
  expect(states(await examine(running, proxy.port))).toEqual({ ...healthy, status: "ok", "cookies given": "ok" });
  expect((await fetch(`http://127.0.0.1:${proxy.port}/`)).status).toBe(403);
});

test("nginx without njs: the cookie axes are off and the doctor says so", async () => {
  const running = await open("nginx");
  proxy = await startRealProxy({ ...nginx("nginx.conf"), ...ports(running) });
  const findings = await examine(running, proxy.port);
  expect(states(findings)).toEqual({ ...healthy, answers: "warning" });
  expect(findings.find(({ check }) => check === "answers")?.fix).toContain("libnginx-mod-http-js");
});

test("nginx with njs: the key that gait serve wrote makes the cookies of answers arrive", async () => {
  const running = await open("nginx");
  const written = { "gait-key.conf": readFileSync(join(folder, "state", "nginx-key.conf"), "utf8") };
  proxy = await startRealProxy({ ...nginx("nginx-with-answers.conf"), written, ...ports(running) });
  expect(states(await examine(running, proxy.port))).toEqual({ ...healthy, status: "ok", "cookies given": "ok" });
});

test("Caddy: everything arrives, answers are not seen", async () => {
  const running = await open("forwardAuth");
  const args = ["run", "--config", "FOLDER/Caddyfile", "--adapter", "caddyfile"];
  proxy = await startRealProxy({ command: "caddy", args, files: ["deploy/caddy/Caddyfile"], ...ports(running) });
  expect(states(await examine(running, proxy.port))).toEqual({ ...healthy, answers: "warning" });
});

test.each([
  [
    "believes a claimed address",
    "$remote_addr;\n            proxy_set_header X-Request-Id",
    "$http_x_forwarded_for;\n            proxy_set_header X-Request-Id",
    "client address",
  ],
  ["normalises the path", "X-Original-URI $request_uri", "X-Original-URI $uri", "path"],
  ["hides the host", "X-Original-Host $http_host", "X-Original-Host shop", "host"],
  ["claims TLS", "X-Original-Scheme $scheme", "X-Original-Scheme https", "TLS"],
  ["forgets the reference", "add_header X-Request-Id $request_id always;\n\n", "\n", "reference"],
  ["asks elsewhere", "server 127.0.0.1:9002 max", "server 127.0.0.1:1 max", "link"],
])("a configuration that %s is found out, with its fix", async (_, right, wrong, check) => {
  const running = await open("nginx");
  const text = readFileSync("deploy/nginx/nginx.conf", "utf8");
  expect(text).toContain(right);
  const file = join(folder, "nginx.conf");
  writeFileSync(file, text.replace(right, wrong));
  proxy = await startRealProxy({ ...nginx("nginx.conf"), files: [file], ...ports(running) });
  const finding = (await examine(running, proxy.port)).find((one) => one.check === check);
  expect(finding).toMatchObject({ state: "failed", fix: /./ });
});

test("a proxy that fails closed is told as such", async () => {
  const running = await open("nginx");
  const file = join(folder, "nginx.conf");
  writeFileSync(file, readFileSync("deploy/nginx/nginx.conf", "utf8").replaceAll(/error_page 500.*\n/g, ""));
  proxy = await startRealProxy({ ...nginx("nginx.conf"), files: [file], ...ports(running) });
  const finding = (await examine(running, proxy.port)).find(({ check }) => check === "failure mode");
  expect(finding).toMatchObject({ state: "warning", found: /closed/ });
});
