import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, listening } from "../world/gateway.ts";
import { endProgram } from "../world/processes.ts";

/** nginx between gateway and platform, with its own defences in dry run: they see every request and stop none. */
export interface InlineNginx {
  readonly url: string;
  /** Requests that `limit_req` would have refused, by request id. */
  limited(): ReadonlySet<string>;
  /** Requests that ModSecurity with the Core Rule Set would have refused, by request id. */
  firewalled(): ReadonlySet<string>;
  stop(): Promise<void>;
}

const module = "/usr/lib/nginx/modules/ngx_http_modsecurity_module.so";
const rules = "/usr/share/modsecurity-crs/rules";

/** Starts it. @throws Error where a part from Debian is missing, with the package's name. */
export async function startNginx(upstream: string, directory: string): Promise<InlineNginx> {
  for (const [file, name] of [
    ["/usr/sbin/nginx", "nginx"],
    [module, "libnginx-mod-http-modsecurity"],
    [rules, "modsecurity-crs"],
  ] as const)
    if (!existsSync(file)) throw new Error(`${file} is missing: apt-get install ${name}`);
  const home = join(directory, "nginx");
  mkdirSync(home, { recursive: true });
  const port = await freePort();
  writeFileSync(join(home, "modsecurity.conf"), modsecurity(home));
  writeFileSync(join(home, "nginx.conf"), configuration({ home, port, upstream }));
  const child: ChildProcess = spawn("/usr/sbin/nginx", ["-c", join(home, "nginx.conf"), "-p", home], {
    stdio: "ignore",
  });
  await listening(port, "nginx");
  return {
    url: `http://127.0.0.1:${port}`,
    limited: () =>
      new Set(
        lines(join(home, "limit.log")).flatMap(({ id, limit }) => (limit === "REJECTED_DRY_RUN" ? [String(id)] : [])),
      ),
    firewalled: () => new Set(lines(join(home, "audit.log")).flatMap(anomalous)),
    stop: () => endProgram(child, "SIGQUIT"),
  };
}

function lines(path: string): readonly Readonly<Record<string, unknown>>[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>];
      } catch {
        return [];
      }
    });
}

/** The Core Rule Set refuses where its sum passes the threshold: rule 949110. */
function anomalous({ transaction }: Readonly<Record<string, unknown>>): readonly string[] {
  const seen = transaction as
    | {
        readonly unique_id?: string;
        readonly messages?: readonly { readonly details?: { readonly ruleId?: string } }[];
      }
    | undefined;
  const refused = seen?.messages?.some(({ details }) => details?.ruleId === "949110") === true;
  return refused && seen?.unique_id !== undefined ? [seen.unique_id] : [];
}

function modsecurity(home: string): string {
  const files = readdirSync(rules)
    .filter((name) => name.endsWith(".conf"))
    .sort();
  return [
    "SecRuleEngine DetectionOnly",
    "SecRequestBodyAccess On",
    "SecAuditEngine RelevantOnly",
    'SecAuditLogRelevantStatus "^(?:2|3|4|5)"',
    "SecAuditLogParts AHZ",
    "SecAuditLogType Serial",
    "SecAuditLogFormat JSON",
    `SecAuditLog ${home}/audit.log`,
    "Include /etc/modsecurity/crs/crs-setup.conf",
    ...files.map((name) => `Include ${join(rules, name)}`),
    "",
  ].join("\n");
}

/** One request a second and address, bursts of twenty: what most guides write. */
function configuration({
  home,
  port,
  upstream,
}: {
  readonly home: string;
  readonly port: number;
  readonly upstream: string;
}): string {
  return `load_module ${module};
daemon off;
user root;
worker_processes 1;
pid ${home}/nginx.pid;
error_log ${home}/error.log warn;
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/f; uwsgi_temp_path ${home}/u; scgi_temp_path ${home}/s;
  set_real_ip_from 127.0.0.1;
  real_ip_header X-Forwarded-For;
  limit_req_zone $binary_remote_addr zone=each:10m rate=1r/s;
  limit_req_dry_run on;
  log_format dry escape=json '{"id":"$http_x_request_id","limit":"$limit_req_status"}';
  upstream platform { server ${new URL(upstream).host}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    access_log ${home}/limit.log dry;
    modsecurity on;
    modsecurity_rules_file ${home}/modsecurity.conf;
    modsecurity_transaction_id "$http_x_request_id";
    location / {
      limit_req zone=each burst=20 nodelay;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_pass http://platform;
    }
  }
}
`;
}
