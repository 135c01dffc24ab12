import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfig } from "../config/load-config.ts";
import { findProxies } from "./machine.ts";
import { renderFirstConfig } from "./render-config.ts";
import { type InitRequest, type InitResult, runInit } from "./run-init.ts";
import { doorOf, snippetFor } from "./snippet.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "gait-init-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function plant(path: string, text: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
}

function plantProcess(pid: number, comm: string, command: readonly string[]): void {
  plant(`proc/${pid}/comm`, `${comm}\n`);
  plant(`proc/${pid}/cmdline`, command.join("\0"));
  symlinkSync("/srv", join(root, `proc/${pid}/cwd`));
}

test("a running nginx is found with its configuration and the logs that its included files name", () => {
  plantProcess(7, "nginx", ["nginx: master process /usr/sbin/nginx -c conf/nginx.conf"]);
  plantProcess(8, "nginx", ["nginx: worker process"]);
  plant("srv/conf/nginx.conf", "http { include sites/*.conf; access_log off; } # access_log /never.log;");
  plant("srv/conf/sites/shop.conf", "server { access_log /var/log/shop.log main; access_log syslog:server=x; }");
  plant("var/log/shop.log", "");
  expect(findProxies(root)).toEqual([
    {
      kind: "nginx",
      pid: 7,
      configFile: "/srv/conf/nginx.conf",
      logs: ["/var/log/shop.log"],
      njs: false,
      application: "",
    },
  ]);
});

test("what runs comes before what is only configured; nothing is found where nothing is", () => {
  expect(findProxies(root)).toEqual([]);
  plant("etc/nginx/nginx.conf", "http {}");
  plantProcess(9, "haproxy", ["/usr/sbin/haproxy", "-Ws", "-f", "/etc/haproxy/haproxy.cfg"]);
  plant("etc/haproxy/haproxy.cfg", "");
  expect(findProxies(root).map(({ kind, pid }) => [kind, pid])).toEqual([
    ["haproxy", 9],
    ["nginx", 0],
  ]);
});

test.each(["nginx", "haproxy", "caddy", "traefik", "envoy"] as const)(
  "the first configuration for %s is valid, commented, and observes",
  (kind) => {
    const proxy = { kind, pid: 1, configFile: "", logs: [], njs: true, application: "" };
    const text = renderFirstConfig({ upstream: undefined, proxy, logs: [] });
    const loaded = loadConfig({ file: { name: "gait.yaml", bytes: Buffer.from(text) } });
    expect(text).toMatch(/^mode: observe$/m);
    expect(text).toContain(doorOf[kind].address);
    expect(loaded.kind === "refused" ? loaded.problems : loaded.config.mode).toBe("observe");
    const { sections } = snippetFor(proxy, "/var/lib/gait/nginx-key.conf");
    expect(sections.length).toBeGreaterThan(0);
    for (const { text: lines } of sections) expect(lines).toMatch(/#|load_module/);
  },
);

async function initialise(
  parts: Partial<InitRequest>,
): Promise<{ result: InitResult; stdout: string; stderr: string }> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const context = { stdout, stderr, stdin: new PassThrough(), env: {}, signal: new AbortController().signal };
  const request = {
    upstream: undefined,
    logs: [],
    configFile: join(root, "gait.yaml"),
    overwrite: false,
    replay: true,
    json: false,
    root,
    ...parts,
  };
  const here = process.cwd();
  process.chdir(root);
  try {
    const result = await runInit(request, context);
    return { result, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
  } finally {
    process.chdir(here);
  }
}

const line = (second: number): string =>
  `203.0.113.9 - - [05/Jan/2026:09:00:0${second} +0000] "GET /p/${second} HTTP/1.1" 200 5 "-" "curl/8"\n`;

test("the existing log is shown first, then the snippet is handed out, without a terminal and without a question", async () => {
  plantProcess(7, "nginx", ["nginx"]);
  plant("etc/nginx/nginx.conf", "http { server { location / { proxy_pass http://shop; } } }");
  plant("var/log/nginx/access.log", [1, 2, 3, 4].map(line).join(""));
  const { result, stdout, stderr } = await initialise({});
  expect(result.written.map((path) => path.replace(`${root}/`, ""))).toEqual(["gait.yaml", "gait-snippets/nginx.txt"]);
  expect(stdout).toMatch(/4 requests|4 lines/);
  expect(stdout).toContain("auth_request /.gait-check;");
  expect(stdout).toContain("proxy_pass http://shop;");
  expect(stdout).not.toContain("http://application");
  expect(stderr).toContain("observe");
  expect(readFileSync(join(root, "gait.yaml"), "utf8")).toContain("nginx: 127.0.0.1:9002");
  await expect(initialise({})).rejects.toMatchObject({ code: "init-exists" });
  expect((await initialise({ overwrite: true, json: true, replay: false })).stdout).toMatch(/^\{"version":1.*\}\n$/);
});

test("with an upstream Gait goes in front; a log that is none is told and stops nothing; nothing at all is an error", async () => {
  plant("odd.log", "this is\nno log\n");
  const { result, stderr } = await initialise({ upstream: "http://127.0.0.1:3000", logs: [join(root, "odd.log")] });
  expect(result.written).toEqual([join(root, "gait.yaml")]);
  expect(stderr).toContain("could not be replayed");
  await expect(initialise({ configFile: join(root, "other.yaml") })).rejects.toMatchObject({ code: "init-nothing" });
});
