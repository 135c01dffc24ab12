/**
 * Measures what TLS costs: keep-alive requests, full handshakes, HTTP/2 and idle memory, of the gateway as a proxy beside
 * nginx, and of our TLS termination alone beside a plain `node:tls` server. Everything runs in one interleaved run; the
 * subject is pinned to one core, load and origin to the other. Ratios are of CPU per request, because
 * requests per second also measure whoever else uses the machine. `gait-plain` is the same gateway without TLS.
 *
 * `--quick`: fewer and shorter rounds. The last line is JSON.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { createSelfSigned } from "#edge";

const quick = process.argv.includes("--quick");
const rounds = quick ? 3 : 7;
const sliceSeconds = quick ? 1 : 2;
const idleConnections = quick ? 1_000 : 3_000;
/** Requests over one connection before memory is looked at: a heap that is still finding its size would be counted as connections. */
const warmRequests = 10_000;
const folder = mkdtempSync(join(tmpdir(), "gait-bench-tls-"));
const cert = join(folder, "cert.pem");
const key = join(folder, "key.pem");
const children: ChildProcess[] = [];

interface Subject {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

async function main(): Promise<void> {
  const now = Date.now();
  const pair = createSelfSigned(["bench.example"], { validFrom: now - 3_600_000, validTo: now + 86_400_000 });
  writeFileSync(cert, pair.cert);
  writeFileSync(key, pair.key, { mode: 0o600 });
  const origin = await startNode("origin", { core: 1, originPort: 0 });
  const nginx = await startNginx(origin.port);
  const gait = await startNode("gait", { core: 0, originPort: origin.port });
  const gaitTls = await startNode("gait-tls", { core: 0, originPort: 0 });
  const nodeTls = await startNode("node-tls", { core: 0, originPort: 0 });
  const subjects = [nginx, gait, gaitTls, nodeTls];

  const keepAlive = await interleave(subjects, (subject) => measure(subject, () => wrk(subject.port, [])));
  const handshake = await interleave(subjects, (subject) =>
    measure(subject, () => wrk(subject.port, ["-H", "Connection: close"])),
  );
  const http2 = await interleave([nginx, gait], (subject) => measure(subject, () => h2load(subject.port)));
  print("keep-alive, 64 connections", keepAlive);
  print("full handshake, one request, close", handshake);
  print("HTTP/2, 16 connections x 8 streams", http2);

  // Fresh processes: memory that the load has left behind would hide what a connection takes.
  const fresh = [
    await startNginx(origin.port),
    await startNode("gait", { core: 0, originPort: origin.port }),
    await startNode("gait-tls", { core: 0, originPort: 0 }),
    await startNode("node-tls", { core: 0, originPort: 0 }),
  ];
  const idleKiB: Record<string, number> = {};
  for (const subject of fresh) idleKiB[subject.name] = await idleMemory(subject, overTls);
  const plain = await startNode("gait-plain", { core: 0, originPort: origin.port });
  idleKiB["gait-plain"] = await idleMemory(plain, overTcp);
  for (const [name, kib] of Object.entries(idleKiB))
    console.log(`idle connection  ${name.padEnd(10)} ${kib.toFixed(1)} KiB`);

  const ratio = (costs: ReadonlyMap<string, number>, ours: string, theirs: string): number =>
    Number(((costs.get(theirs) ?? Number.NaN) / (costs.get(ours) ?? Number.NaN)).toFixed(3));
  console.log(
    JSON.stringify({
      ofNginx: {
        keepAlive: ratio(keepAlive, "gait", "nginx"),
        handshake: ratio(handshake, "gait", "nginx"),
        http2: ratio(http2, "gait", "nginx"),
      },
      ofPlainNodeTls: {
        keepAlive: ratio(keepAlive, "gait-tls", "node-tls"),
        handshake: ratio(handshake, "gait-tls", "node-tls"),
      },
      cpuMicrosPerRequest: {
        keepAlive: rounded(keepAlive),
        handshake: rounded(handshake),
        http2: rounded(http2),
      },
      idleKiB: Object.fromEntries(Object.entries(idleKiB).map(([name, kib]) => [name, Number(kib.toFixed(1))])),
    }),
  );
}

/** Median CPU microseconds per request by subject; the subjects take turns, in another order each round. */
async function interleave(
  subjects: readonly Subject[],
  run: (subject: Subject) => Promise<number>,
): Promise<ReadonlyMap<string, number>> {
  const costs = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (const subject of subjects) await run(subject);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < subjects.length; i++) {
      const subject = subjects[(i + round) % subjects.length] as Subject;
      costs.get(subject.name)?.push(await run(subject));
    }
  }
  return new Map(
    [...costs].map(([name, list]) => [name, list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN]),
  );
}

async function measure(subject: Subject, load: () => Promise<number>): Promise<number> {
  const before = cpuMicros(subject.pid);
  const requests = await load();
  return (cpuMicros(subject.pid) - before) / requests;
}

/** User and system time of all threads, in microseconds. */
function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function wrk(port: number, more: readonly string[]): Promise<number> {
  const text = await run("taskset", [
    "-c",
    "1",
    "wrk",
    "-t1",
    "-c64",
    `-d${sliceSeconds}s`,
    ...more,
    `https://127.0.0.1:${port}/`,
  ]);
  if (/Non-2xx|Socket errors: .*(?:connect|read|write) [1-9]/.test(text) && !more.includes("Connection: close")) {
    throw new Error(`wrk saw errors on port ${port}:\n${text}`);
  }
  return Number(/(?<count>\d+) requests in/.exec(text)?.groups?.count);
}

async function h2load(port: number): Promise<number> {
  const args = ["-c", "1", "h2load", "-t1", "-c16", "-m8", `-D${sliceSeconds}`, `https://127.0.0.1:${port}/`];
  const text = await run("taskset", args);
  const done = Number(/(?<count>\d+) succeeded/.exec(text)?.groups?.count);
  if (!(done > 0) || /status codes: 0 2xx/.test(text))
    throw new Error(`h2load got no answers on port ${port}:\n${text}`);
  return done;
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
    });
    child.once("error", reject);
    child.once("close", () => resolve(text));
  });
}

type Dial = (port: number) => Socket;
const overTcp: Dial = (port) => connectTcp(port, "127.0.0.1");
const overTls: Dial = (port) =>
  connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });

/** Resident memory per connection that has had one answer and now waits. */
async function idleMemory({ port, pid }: Subject, dial: Dial): Promise<number> {
  const [first] = await openIdle(port, 1, dial);
  if (first === undefined) throw new Error(`no connection to port ${port}`);
  for (let i = 0; i < warmRequests; i++) await askOn(first);
  const warm = await openIdle(port, 100, dial);
  const before = residentKiB(pid);
  const sockets = await openIdle(port, idleConnections, dial);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const grown = residentKiB(pid) - before;
  for (const socket of [first, ...warm, ...sockets]) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 300));
  return grown / idleConnections;
}

async function openIdle(port: number, count: number, dial: Dial): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const socket = dial(port);
    await askOn(socket);
    sockets.push(socket);
  }
  return sockets;
}

/** One request; resolves with the first bytes of its answer, which is small enough to come at once. */
function askOn(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", () => {
      socket.off("error", reject);
      resolve();
    });
    socket.write("GET / HTTP/1.1\r\nHost: bench.example\r\n\r\n");
  });
}

function residentKiB(pid: number): number {
  return Number(/VmRSS:\s+(?<kib>\d+)/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.groups?.kib);
}

async function startNode(
  mode: string,
  known: { readonly core: number; readonly originPort: number },
): Promise<Subject> {
  const args = [
    "--conditions=source",
    "--disable-warning=ExperimentalWarning",
    "bench/tls-subject.ts",
    mode,
    cert,
    key,
  ];
  const child = spawn("taskset", ["-c", String(known.core), process.execPath, ...args, String(known.originPort)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once("data", (chunk) => resolve(Number(chunk)));
    child.once("exit", () => reject(new Error(`${mode} did not start`)));
  });
  return { name: mode, port, pid: child.pid ?? 0 };
}

async function startNginx(originPort: number): Promise<Subject> {
  const port = await freePort();
  const config = join(folder, `nginx-${port}.conf`);
  writeFileSync(
    config,
    `daemon off; worker_processes 1; pid ${folder}/nginx-${port}.pid; error_log stderr error;
events { worker_connections 20000; }
http { access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
  client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  upstream origin { server 127.0.0.1:${originPort}; keepalive 64; keepalive_requests 100000000; }
  server { listen 127.0.0.1:${port} ssl http2 backlog=4096; ssl_certificate ${cert}; ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off;
    location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; } } }`,
  );
  const child = spawn("taskset", ["-c", "0", "nginx", "-p", folder, "-c", config], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  children.push(child);
  await new Promise((resolve) => setTimeout(resolve, 700));
  const pids = execFileSync("ps", ["-o", "pid=", "--ppid", String(child.pid)])
    .toString()
    .trim()
    .split(/\s+/);
  return { name: "nginx", port, pid: Number(pids[0]) };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function print(title: string, costs: ReadonlyMap<string, number>): void {
  console.log(title);
  for (const [name, micros] of costs)
    console.log(`  ${name.padEnd(9)} ${micros.toFixed(1).padStart(8)} us CPU/request`);
}

function rounded(costs: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...costs].map(([name, micros]) => [name, Number(micros.toFixed(1))]));
}

try {
  await main();
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}
