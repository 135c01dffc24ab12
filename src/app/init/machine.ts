import { accessSync, constants, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { accessLogsOf } from "./nginx-logs.ts";

/** Proxies that there is a connector for. */
export type ProxyKind = "nginx" | "haproxy" | "caddy" | "traefik" | "envoy";

/** A proxy that runs, or whose configuration stands in its usual place. */
export interface FoundProxy {
  readonly kind: ProxyKind;
  /** 0: it does not run. */
  readonly pid: number;
  /** Empty when it is not known. */
  readonly configFile: string;
  /** Access logs that exist and can be read, by name in its configuration or in the usual place. */
  readonly logs: readonly string[];
  /** nginx: whether its njs module is installed, so that answers can be reported. */
  readonly njs: boolean;
  /** nginx: where its configuration passes requests on, when it names one place; else "". */
  readonly application: string;
}

interface Usual {
  readonly configFlag: RegExp;
  readonly configFile: string;
  readonly logs: readonly string[];
}

const usual: Readonly<Record<ProxyKind, Usual>> = {
  nginx: { configFlag: /^-c$/, configFile: "/etc/nginx/nginx.conf", logs: ["/var/log/nginx/access.log"] },
  haproxy: { configFlag: /^-f$/, configFile: "/etc/haproxy/haproxy.cfg", logs: ["/var/log/haproxy.log"] },
  caddy: { configFlag: /^--?config$/, configFile: "/etc/caddy/Caddyfile", logs: ["/var/log/caddy/access.log"] },
  traefik: {
    configFlag: /^--?configfile$/i,
    configFile: "/etc/traefik/traefik.yml",
    logs: ["/var/log/traefik/access.log"],
  },
  envoy: {
    configFlag: /^(?:-c|--config-path)$/,
    configFile: "/etc/envoy/envoy.yaml",
    logs: ["/var/log/envoy/access.log"],
  },
};
const kinds = Object.keys(usual) as readonly ProxyKind[];
const modulePath = "/usr/lib/nginx/modules/ngx_http_js_module.so";

/**
 * Looks for proxies: what runs comes first, then what is configured. Reads `/proc` and configuration files, changes
 * nothing, asks nobody.
 *
 * @param root Where the file system begins; tests give their own.
 */
export function findProxies(root = "/"): readonly FoundProxy[] {
  const running = runningProxies(root);
  return kinds
    .map((kind): FoundProxy | undefined => {
      const process = running.find((one) => one.kind === kind);
      const configFile = process?.configFile ?? usual[kind].configFile;
      const text = readable(join(root, configFile));
      if (process === undefined && text === undefined) return undefined;
      const named = kind === "nginx" && text !== undefined ? accessLogsOf(configFile, root) : [];
      const logs = [...new Set([...named, ...usual[kind].logs])].filter((path) => exists(join(root, path)));
      const njs = kind === "nginx" && exists(join(root, modulePath));
      const application = kind === "nginx" ? applicationOf(text ?? "") : "";
      const known = { pid: process?.pid ?? 0, configFile: text === undefined ? "" : configFile };
      return { kind, ...known, logs, njs, application };
    })
    .filter((one) => one !== undefined)
    .sort((a, b) => Number(b.pid > 0) - Number(a.pid > 0));
}

/** The only place that `proxy_pass` lines name; "" when there are several, or none that would do for every location. */
function applicationOf(text: string): string {
  const places = new Set<string>();
  for (const line of text.split("\n")) {
    // Word by word: one expression over the whole line would take time quadratic in a line of many spaces.
    const words = (line.split("#", 1)[0] ?? "")
      .trim()
      .split(/\s/)
      .filter((word) => word !== "");
    const place = words[words.indexOf("proxy_pass") + 1] ?? "";
    if (words.includes("proxy_pass") && place.includes(";")) places.add(place.split(";", 1)[0] ?? "");
  }
  const [only = ""] = places;
  return places.size === 1 && /^https?:\/\/[A-Za-z0-9_.:[\]-]+$/.test(only) ? only : "";
}

interface RunningProxy {
  readonly kind: ProxyKind;
  readonly pid: number;
  readonly configFile: string | undefined;
}

function runningProxies(root: string): readonly RunningProxy[] {
  const found: RunningProxy[] = [];
  for (const entry of entriesOf(join(root, "proc"))) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const words = (readable(join(root, "proc", entry, "cmdline")) ?? "").split("\0").filter((word) => word !== "");
    const comm = (readable(join(root, "proc", entry, "comm")) ?? "").trim();
    const kind = kinds.find((one) => one === comm);
    if (kind === undefined) continue;
    // Workers of nginx rename themselves; their master still shows how it was started.
    const all = words.length === 1 ? (words[0] ?? "").split(" ") : words;
    const at = all.findIndex((word) => usual[kind].configFlag.test(word));
    const given = at < 0 ? undefined : all[at + 1];
    const cwd = linkOf(join(root, "proc", entry, "cwd"));
    const configFile = given === undefined || given.startsWith("/") || cwd === "" ? given : join(cwd, given);
    const before = found.findIndex((one) => one.kind === kind);
    if (before < 0) found.push({ kind, pid, configFile });
    else if (found[before]?.configFile === undefined && configFile !== undefined)
      found[before] = { kind, pid, configFile };
  }
  return found;
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** A small file's text; undefined when it cannot be read. */
function readable(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Whether a file is there and may be read, however large it is. */
function exists(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
