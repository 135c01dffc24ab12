import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Doors } from "./processes.ts";

/** A proxy with or without Gait beside it. */
export interface Subject {
  readonly name: string;
  /** Name of the same proxy without Gait. */
  readonly plain: string;
  readonly port: number;
  readonly folder: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Ports {
  /** One for each subject. */
  readonly proxies: readonly number[];
  readonly originPort: number;
  readonly doors: Doors;
}

/** How many proxies there are. */
export const subjectsMax = 8;

const withoutGait = (text: string): string => text.replace(/^[ \t]*# >>> gait[\s\S]*?# <<< gait\n/gm, "");
/** Requests only: the answer's message is neither asked for nor sent. */
const requestsOnly = (text: string): string =>
  text
    .replace("messages gait-request gait-response", "messages gait-request")
    .replace("answers=bool(true)", "answers=bool(false)");
const caddyPlain = (port: number, originPort: number): string =>
  `{\n\tadmin off\n\tauto_https off\n}\nhttp://127.0.0.1:${port} {\n\treverse_proxy 127.0.0.1:${originPort}\n}\n`;

/** Every proxy of Debian's, plain first, configured by the files of deploy/. */
export function createSubjects(folder: string, ports: Ports): readonly Subject[] {
  let next = 0;
  const subject = (
    names: { readonly name: string; readonly plain: string },
    command: readonly string[],
    files: Readonly<Record<string, (port: number) => string>>,
  ): Subject => {
    const port = ports.proxies[next++] ?? 0;
    const own = join(folder, String(port));
    mkdirSync(join(own, "logs"), { recursive: true });
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(own, name), addressed(patient(text(port)), port, ports));
    return {
      ...names,
      port,
      folder: own,
      command: command.map((word) => word.replace("FOLDER", own)),
      env: { GOMAXPROCS: "1", HOME: own },
    };
  };
  const read = (path: string) => (): string => readFileSync(join("deploy", path), "utf8");
  const nginx = (file: string): readonly string[] => [
    "nginx",
    "-p",
    "FOLDER",
    "-c",
    `FOLDER/${file}`,
    "-g",
    "daemon off;",
  ];
  const haproxy = ["haproxy", "-db", "-f", "haproxy.cfg"];
  const caddy = ["caddy", "run", "--config", "FOLDER/Caddyfile", "--adapter", "caddyfile"];
  // Logging each request is no part of what is compared; one thread, as one core is given.
  const quiet = (text: string): string => text.replace(/^ {4}log stdout.*$/m, "    nbthread 1");
  const haproxyFile = read("haproxy/haproxy.cfg");
  const spoe = read("haproxy/gait-spoe.conf");
  const key = (): string => 'map "" $gait_key { default "0302010007060504"; }\n';
  return [
    subject({ name: "haproxy", plain: "haproxy" }, haproxy, { "haproxy.cfg": () => quiet(withoutGait(haproxyFile())) }),
    subject({ name: "haproxy + SPOE", plain: "haproxy" }, haproxy, {
      "haproxy.cfg": () => quiet(haproxyFile()),
      "gait-spoe.conf": () => requestsOnly(spoe()),
    }),
    subject({ name: "haproxy + SPOE, answers too", plain: "haproxy" }, haproxy, {
      "haproxy.cfg": () => quiet(haproxyFile()),
      "gait-spoe.conf": spoe,
    }),
    subject({ name: "nginx", plain: "nginx" }, nginx("nginx.conf"), {
      "nginx.conf": () => withoutGait(read("nginx/nginx.conf")()),
    }),
    subject({ name: "nginx + auth_request", plain: "nginx" }, nginx("nginx.conf"), {
      "nginx.conf": read("nginx/nginx.conf"),
    }),
    subject({ name: "nginx + auth_request, answers too", plain: "nginx" }, nginx("nginx-with-answers.conf"), {
      "nginx-with-answers.conf": read("nginx/nginx-with-answers.conf"),
      "gait.js": read("nginx/gait.js"),
      "gait-key.conf": key,
    }),
    subject({ name: "caddy", plain: "caddy" }, caddy, { Caddyfile: (port) => caddyPlain(port, ports.originPort) }),
    subject({ name: "caddy + forward_auth", plain: "caddy" }, caddy, { Caddyfile: read("caddy/Caddyfile") }),
  ];
}

/**
 * Every request is judged, however long it takes: on a busy core proxies give up on Gait within milliseconds, and what is
 * not asked costs nothing.
 */
function patient(text: string): string {
  return text
    .replace("timeout processing 50ms", "timeout processing 5s")
    .replaceAll(/(proxy_(?:connect|read|send)_timeout|dial_timeout|response_header_timeout) 50ms/g, "$1 5s")
    .replace("max_fails=3", "max_fails=0")
    .replace("max_fails 3", "max_fails 1000000")
    .replace("check inter 500ms fall 2 rise 1", "");
}

function addressed(text: string, port: number, { originPort, doors }: Ports): string {
  return text
    .replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`)
    .replaceAll("127.0.0.1:3000", `127.0.0.1:${originPort}`)
    .replaceAll("127.0.0.1:9001", `127.0.0.1:${doors.haproxy}`)
    .replaceAll("127.0.0.1:9002", `127.0.0.1:${doors.nginx}`)
    .replaceAll("127.0.0.1:9003", `127.0.0.1:${doors.forwardAuth}`);
}
