import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Real servers that answer each request with how they read it: `method|target|host`. */
export interface BackEnds {
  readonly ports: Readonly<Record<"nginx" | "haproxy" | "node", number>>;
  close(): void;
}

/** Starts nginx and HAProxy from Debian, and a Node server. */
export async function openBackEnds(): Promise<BackEnds> {
  for (const [path, name] of [["/usr/sbin/nginx", "nginx"], ["/usr/sbin/haproxy", "haproxy"]] as const) {
    if (!existsSync(path)) throw new Error(`${path} is missing: apt-get install ${name}`);
  }
  const folder = mkdtempSync(join(tmpdir(), "gait-back-ends-"));
  const children: ChildProcess[] = [];
  const nginx = await freePort();
  const haproxy = await freePort();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; error_log /dev/null crit; pid ${folder}/pid; events {} http { access_log off; ${temporary}
     server { listen 127.0.0.1:${nginx}; keepalive_requests 100000; underscores_in_headers on; merge_slashes off;
     location / { default_type text/plain; return 200 "$request_method|$request_uri|$http_host"; } } }`,
  );
  writeFileSync(
    join(folder, "haproxy.cfg"),
    `defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend f
  bind 127.0.0.1:${haproxy}
  option http-buffer-request
  http-request return status 200 content-type text/plain lf-string "%[method]|%[capture.req.uri]|%[req.hdr(host)]"
`,
  );
  children.push(spawn("nginx", ["-c", join(folder, "nginx.conf")], { stdio: "ignore" }));
  children.push(spawn("haproxy", ["-q", "-db", "-f", join(folder, "haproxy.cfg")], { stdio: "ignore" }));
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end(`${request.method}|${request.url}|${request.headers.host}`));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await Promise.all([nginx, haproxy].map((port) => untilOpen(port)));
  return {
    ports: { nginx, haproxy, node: (server.address() as AddressInfo).port },
    close() {
      for (const child of children) child.kill("SIGKILL");
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function untilOpen(port: number): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.on("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port} after 5 s`);
}
