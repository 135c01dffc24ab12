import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** One proxy in the comparison. */
export interface Candidate {
  readonly name: string;
  readonly port: number;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What must exist for it to run, and the Debian package it comes from. */
  readonly needs?: readonly [path: string, debianPackage: string];
}

const gaitMain = join(import.meta.dirname, "../../src/app/cli/main.ts");
const gaitProcess = join(import.meta.dirname, "gait-process.ts");
const httpProxyProcess = join(import.meta.dirname, "http-proxy-process.ts");

/** An nginx that answers 1 KiB, on its own. */
export function originConfig(port: number): string {
  return `${nginxHead("origin")} access_log off; server { listen 127.0.0.1:${port} backlog=4096; keepalive_requests 1000000000;
    location / { default_type text/plain; return 200 "${"0123456789abcdef".repeat(64)}"; } } }`;
}

function nginxHead(name: string, modules = ""): string {
  return `daemon off; master_process off; worker_processes 1; error_log /dev/null crit; pid /tmp/gait-bench-${process.pid}-${name}.pid; ${modules}
  events { worker_connections 4096; } http {
    client_body_temp_path /tmp/gait-bench-${process.pid}-${name}-body; proxy_temp_path /tmp/gait-bench-${process.pid}-${name}-proxy;
    fastcgi_temp_path /tmp/gait-bench-${process.pid}-${name}-f; uwsgi_temp_path /tmp/gait-bench-${process.pid}-${name}-u; scgi_temp_path /tmp/gait-bench-${process.pid}-${name}-s;`;
}

function nginxProxy(
  port: number,
  origin: number,
  options: { readonly name: string; readonly modules?: string; readonly rules?: string },
): string {
  return `${nginxHead(options.name, options.modules)} access_log off;
    upstream origin { server 127.0.0.1:${origin}; keepalive 128; keepalive_requests 1000000000; }
    server { listen 127.0.0.1:${port} backlog=4096; keepalive_requests 1000000000; ${options.rules ?? ""}
      location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Request-Id $request_id; } } }`;
}

function haproxyConfig(port: number, origin: number): string {
  return `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
  option forwardfor
frontend f
  bind 127.0.0.1:${port}
  unique-id-format %{+X}o%ci:%cp_%fi:%fp_%Ts_%rt:%pid
  unique-id-header X-Request-Id
  default_backend b
backend b
  server s 127.0.0.1:${origin}
`;
}

function caddyConfig(port: number, origin: number): string {
  return `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  reverse_proxy 127.0.0.1:${origin}
}
`;
}

/** The program as a user runs it: detection, the rules that watch, and every request stored. */
function serveConfig(folder: string, port: number, origin: number): string {
  const state = join(folder, "state");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  return `listen: 127.0.0.1:${port}
upstream: http://127.0.0.1:${origin}
admin: { listen: false }
store: { path: ${state} }
`;
}

const modsecurityModule = "/usr/lib/nginx/modules/ngx_http_modsecurity_module.so";
const rules = "/usr/share/modsecurity-crs/rules";

function modsecurityConfig(folder: string): string {
  const files = existsSync(rules)
    ? readdirSync(rules)
        .filter((name) => name.endsWith(".conf"))
        .sort()
    : [];
  const path = join(folder, "modsecurity.conf");
  writeFileSync(
    path,
    [
      "SecRuleEngine On",
      "SecRequestBodyAccess On",
      "SecAuditEngine Off",
      "Include /etc/modsecurity/crs/crs-setup.conf",
      ...files.map((name) => `Include ${join(rules, name)}`),
    ].join("\n"),
  );
  return path;
}

/** Everybody in the comparison, with configurations written to `folder`. Each runs one worker on one core. */
export function createCandidates(folder: string, origin: number, firstPort: number): Candidate[] {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const gait = (name: string, port: number, kind: string): Candidate => ({
    name,
    port,
    command: [
      process.execPath,
      "--conditions=source",
      "--disable-warning=ExperimentalWarning",
      gaitProcess,
      String(port),
      String(origin),
      kind,
    ],
  });
  const [
    nginx = 0,
    haproxy = 0,
    caddy = 0,
    modsecurity = 0,
    plain = 0,
    observe = 0,
    enforce = 0,
    serve = 0,
    httpProxy = 0,
  ] = Array.from({ length: 9 }, (_, i) => firstPort + i);
  const waf = nginxProxy(modsecurity, origin, {
    name: "waf",
    modules: `load_module ${modsecurityModule};`,
    rules: `modsecurity on; modsecurity_rules_file ${modsecurityConfig(folder)};`,
  });
  return [
    {
      name: "nginx",
      port: nginx,
      command: ["nginx", "-c", write("nginx.conf", nginxProxy(nginx, origin, { name: "plain" }))],
      needs: ["/usr/sbin/nginx", "nginx"],
    },
    gait("gaitPlain", plain, "plain"),
    gait("gaitObserve", observe, "observe"),
    gait("gaitEnforce", enforce, "enforce"),
    {
      name: "gaitServe",
      port: serve,
      command: [
        process.execPath,
        "--conditions=source",
        "--disable-warning=ExperimentalWarning",
        gaitMain,
        "serve",
        "--config",
        write("gait.yaml", serveConfig(folder, serve, origin)),
      ],
    },
    {
      name: "haproxy",
      port: haproxy,
      command: ["haproxy", "-q", "-db", "-f", write("haproxy.cfg", haproxyConfig(haproxy, origin))],
      needs: ["/usr/sbin/haproxy", "haproxy"],
    },
    {
      name: "caddy",
      port: caddy,
      command: ["caddy", "run", "--adapter", "caddyfile", "--config", write("Caddyfile", caddyConfig(caddy, origin))],
      env: { GOMAXPROCS: "1", XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      needs: ["/usr/bin/caddy", "caddy"],
    },
    {
      name: "httpProxy3",
      port: httpProxy,
      command: [
        process.execPath,
        "--conditions=source",
        "--disable-warning=ExperimentalWarning",
        httpProxyProcess,
        String(httpProxy),
        String(origin),
      ],
    },
    {
      name: "modsecurity",
      port: modsecurity,
      command: ["nginx", "-c", write("waf.conf", waf)],
      needs: [modsecurityModule, "libnginx-mod-http-modsecurity modsecurity-crs"],
    },
  ];
}
