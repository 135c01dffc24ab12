import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openService, type RunningService } from "../src/app/serve/open-service.ts";

const folder = mkdtempSync(join(tmpdir(), "gait-passive-real-"));
const key = "k".repeat(40);
let origin: Server;
let service: RunningService | undefined;
const children: ChildProcess[] = [];

beforeAll(async () => {
  mkdirSync(join(folder, "logs"));
  origin = createServer((_, response) => response.end("hello"));
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGTERM");
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000))]);
  }
  await service?.stop();
  service = undefined;
});
afterAll(() => {
  origin.close();
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function open(text: string): Promise<RunningService> {
  const path = join(folder, "gait.yaml");
  writeFileSync(path, `${text}\nadmin: { listen: false }\nstore: { path: ${join(folder, "state")} }\n`);
  service = await openService({ path, env: {}, flags: [] });
  return service;
}

function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): () => string {
  const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], env });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (data: Buffer) => {
      said = (said + data.toString()).slice(-8_000);
    });
  child.on("error", (error) => {
    said += `${command} cannot be started (${error.message}); install it with tools/install-parts.sh`;
  });
  children.push(child);
  return () => said;
}

const originPort = (): number => (origin.address() as AddressInfo).port;

async function ask(port: number, count: number): Promise<void> {
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/0`).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true);
  for (let i = 1; i < count; i++) await (await fetch(`http://127.0.0.1:${port}/page/${i}`)).text();
}

test("nginx sends its access log by syslog, and every request is judged", async () => {
  const { passive, witness } = await open('passive: { application: shop, syslog: "127.0.0.1:0" }');
  const port = await freePort();
  writeFileSync(
    join(folder, "nginx.conf"),
    `worker_processes 1; pid nginx.pid; error_log stderr warn; events {}
     http { server { listen 127.0.0.1:${port}; access_log syslog:server=${passive.doors[0]?.where},tag=nginx combined;
       location / { proxy_pass http://127.0.0.1:${originPort()}; } } }`,
  );
  start("nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-g", "daemon off;"]);
  await ask(port, 20);
  await expect.poll(() => passive.doors[0]?.facts().parsed, { timeout: 10_000 }).toBeGreaterThanOrEqual(20);
  expect(passive.doors[0]?.facts()).toMatchObject({ format: "combined", rejectedLines: 0, failures: 0 });
  expect(witness.recent.newest(1, () => true, 1)[0]).toMatchObject({
    application: "shop",
    path: "/page/19",
    ip: "127.0.0.1",
  });
});

test.each(["", "format rfc5424 "])(
  "HAProxy sends its log by syslog (%j), and every request is judged",
  async (format) => {
    const { passive, witness } = await open('passive: { application: shop, syslog: "127.0.0.1:0" }');
    const port = await freePort();
    writeFileSync(
      join(folder, "haproxy.cfg"),
      `global\n  log ${passive.doors[0]?.where} ${format}local0\ndefaults\n  mode http\n  log global\n  option httplog\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\nfrontend web\n  bind 127.0.0.1:${port}\n  default_backend app\nbackend app\n  server app 127.0.0.1:${originPort()}\n`,
    );
    start("haproxy", ["-db", "-f", join(folder, "haproxy.cfg")]);
    await ask(port, 20);
    await expect.poll(() => passive.doors[0]?.facts().parsed, { timeout: 10_000 }).toBeGreaterThanOrEqual(20);
    expect(passive.doors[0]?.facts()).toMatchObject({ failures: 0 });
    expect(String(passive.doors[0]?.facts().format)).toContain("haproxy");
    expect(witness.recent.newest(1, () => true, 1)[0]).toMatchObject({ path: "/page/19", ip: "127.0.0.1" });
  },
);

/** A certificate of its own for 127.0.0.1, made by OpenSSL. */
function certificate(): { readonly certFile: string; readonly keyFile: string } {
  const [certFile, keyFile] = [join(folder, "syslog.crt"), join(folder, "syslog.key")];
  const names = "subjectAltName=IP:127.0.0.1,DNS:localhost";
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
  execFileSync(
    "openssl",
    ["req", "-x509", ...key, "-out", certFile, "-days", "2", "-subj", "/CN=localhost", "-addext", names],
    {
      stdio: "ignore",
    },
  );
  chmodSync(keyFile, 0o600);
  return { certFile, keyFile };
}

const combined = (path: string): string =>
  `203.0.113.7 - - [05/Jan/2026:09:00:00 +0000] "GET ${path} HTTP/1.1" 200 5 "-" "curl/8"`;

test("rsyslog sends an access log over TLS, having checked our certificate, and every request is judged", async () => {
  const { certFile, keyFile } = certificate();
  const { passive, witness } = await open(
    `passive: { application: shop, syslogTls: { address: "127.0.0.1:0", certFile: ${certFile}, keyFile: ${keyFile} } }`,
  );
  const [, port] = passive.doors[0]?.where.split(":") ?? [];
  const log = join(folder, "access.log");
  writeFileSync(log, "");
  writeFileSync(
    join(folder, "rsyslog.conf"),
    `global(workDirectory="${folder}" defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="${certFile}")
module(load="imfile" PollingInterval="1" mode="polling")
input(type="imfile" file="${log}" tag="nginx" facility="local7" freshStartTail="off")
action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp" StreamDriver="ossl" StreamDriverMode="1"
  StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format")
`,
  );
  const said = start("rsyslogd", ["-n", "-f", join(folder, "rsyslog.conf"), "-i", join(folder, "rsyslog.pid")]);
  writeFileSync(log, Array.from({ length: 20 }, (_, i) => `${combined(`/page/${i}`)}\n`).join(""), { flag: "a" });
  await expect.poll(() => [passive.doors[0]?.facts().parsed, said()], { timeout: 15_000 }).toEqual([20, ""]);
  expect(passive.doors[0]?.facts()).toMatchObject({ format: "combined", rejectedLines: 0, failures: 0 });
  expect(witness.recent.newest(1, () => true, 1)[0]).toMatchObject({ path: "/page/19", ip: "203.0.113.7" });
}, 30_000);

test("a sender without TLS is refused at the TLS door, and counted", async () => {
  const { certFile, keyFile } = certificate();
  const { passive } = await open(
    `passive: { application: shop, syslogTls: { address: "127.0.0.1:0", certFile: ${certFile}, keyFile: ${keyFile} } }`,
  );
  const plain = connect(Number(passive.doors[0]?.where.split(":")[1]), "127.0.0.1");
  plain.on("error", () => undefined);
  plain.end(`<134>1 2026-11-27T13:11:40Z lb nginx 1 - - ${combined("/one")}\n`.repeat(3));
  await expect.poll(() => passive.doors[0]?.facts().rejected, { timeout: 5_000 }).toBe(1);
  expect(passive.doors[0]?.facts().parsed).toBe(0);
});

test("a real CrowdSec bouncer carries out what is published, lifts what ends, and is given nothing in observe mode", async () => {
  const keyFile = join(folder, "bouncer.key");
  writeFileSync(keyFile, key);
  chmodSync(keyFile, 0o600);
  const text = (mode: string): string =>
    `mode: ${mode}\npassive: { logs: [${join(folder, "none.log")}] }\npublish: { listen: "127.0.0.1:0", keyFile: ${keyFile}, haproxyMap: ${join(folder, "gait.map")} }\npolicy: { block: ["203.0.113.7"] }`;
  const running = await open(text("enforce"));
  const carried = join(folder, "carried.txt");
  const script = join(folder, "carry.sh");
  writeFileSync(script, `#!/bin/sh\necho "$1 $2" >> ${carried}\n`);
  chmodSync(script, 0o755);
  writeFileSync(carried, "");
  writeFileSync(
    join(folder, "bouncer.yaml"),
    `bin_path: ${script}\nfeed_via_stdin: false\ntotal_retries: 0\nscenarios_containing: []\nscenarios_not_containing: []\norigins: []\npiddir: ${folder}\nupdate_frequency: 1s\ncache_retention_duration: 1s\ndaemonize: false\nlog_mode: stdout\nlog_dir: ${folder}\nlog_level: info\napi_url: http://127.0.0.1:${running.publishing.port}/\napi_key: ${key}\n`,
  );
  const said = start("crowdsec-custom-bouncer", ["-c", join(folder, "bouncer.yaml")]);
  const lines = (): string => readFileSync(carried, "utf8");
  await expect.poll(lines, { timeout: 20_000, message: said() }).toContain("add 203.0.113.7");
  running.protection.decisions.add({
    id: "op",
    scope: "address",
    value: "198.51.100.9",
    action: "block",
    reason: "test",
    origin: "operator",
    cohort: "",
    createdAt: 0,
    expiresAt: Number.POSITIVE_INFINITY,
  });
  await expect.poll(lines, { timeout: 20_000 }).toContain("add 198.51.100.9");
  running.protection.decisions.remove("op");
  await expect.poll(lines, { timeout: 20_000 }).toContain("del 198.51.100.9");
  await expect.poll(() => readFileSync(join(folder, "gait.map"), "utf8")).toContain("\n203.0.113.7 block\n");
  writeFileSync(
    join(folder, "gait.yaml"),
    `${text("observe")}\nadmin: { listen: false }\nstore: { path: ${join(folder, "state")} }\n`,
  );
  expect(running.reload().kind).toBe("reloaded");
  await expect.poll(lines, { timeout: 20_000 }).toContain("del 203.0.113.7");
  await expect
    .poll(() => readFileSync(join(folder, "gait.map"), "utf8"), { timeout: 10_000 })
    .toContain("\n# 203.0.113.7 block");
});
