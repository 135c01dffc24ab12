import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request as ask, createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";

/**
 * State exhaustion against the whole gateway: for a minute a flood mints a new address, session cookie, cookie name, user agent,
 * path, query key and header name with every request. The process may use 512 MB (a memory cgroup where one can be made; the
 * machine's own figures otherwise). People's waiting is printed, not judged: flood and probe share one process here.
 * `GAIT_NIGHTLY_SECONDS` shortens it for a look.
 */
const floodMs = Number(process.env.GAIT_NIGHTLY_SECONDS ?? 60) * 1_000;
const ceilingBytes = 512 * 1024 * 1024;
const groupPath = `/sys/fs/cgroup/memory/gait-exhaustion-${process.pid}`;
const main = ["--conditions=source", "--disable-warning=ExperimentalWarning", "src/app/cli/main.ts"];
const browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Answer {
  readonly status: number;
  readonly cookie: string;
  readonly ms: number;
  readonly body: string;
}

async function openShop(): Promise<string> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, answer) => {
    incoming.resume();
    const headers: Record<string, string> = { "content-type": "text/html" };
    if (incoming.headers.cookie?.includes("sid=") !== true)
      headers["set-cookie"] =
        `sid=${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}; Path=/; HttpOnly`;
    answer.writeHead(incoming.method === "POST" ? 401 : 200, headers).end("<p>shop</p>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Served {
  readonly child: ChildProcess;
  readonly port: number;
  readonly admin: string;
}

async function serve(upstream: string, { confined }: { readonly confined: boolean }): Promise<Served> {
  const directory = mkdtempSync(join(tmpdir(), "gait-exhaustion-"));
  const config = join(directory, "gait.yaml");
  const listen = "listen: 127.0.0.1:0\nadmin: { listen: 127.0.0.1:0 }\ntrustedProxies: [127.0.0.0/8]\nmode: enforce";
  writeFileSync(config, `upstream: ${upstream}\n${listen}\nstore: { path: ${directory}/state }\n`);
  // Started inside, so that the runtime knows its ceiling and every page is counted.
  const enter = confined ? `echo $$ > ${groupPath}/cgroup.procs && ` : "";
  const words = [process.execPath, ...main, "serve", "--config", config, "--json"];
  const child = spawn("sh", ["-c", `${enter}exec "$0" "$@"`, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  closers.push(async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await ended;
    rmSync(directory, { recursive: true, force: true });
    if (existsSync(groupPath)) rmdirSync(groupPath);
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  const ready = await new Promise<{ listen: readonly string[]; admin: string }>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
    child.stdout?.once("data", (chunk: Buffer) => resolve(JSON.parse(chunk.toString("utf8"))));
  });
  return { child, port: Number(ready.listen[0]?.split(":").at(-1)), admin: ready.admin };
}

/** Makes a group under the ceiling for the process to start in; false where this machine lets nobody make one. */
function makeGroup(): boolean {
  try {
    mkdirSync(groupPath);
    writeFileSync(join(groupPath, "memory.limit_in_bytes"), String(ceilingBytes));
    return true;
  } catch {
    return false;
  }
}

function residentBytes({ child }: Served): number {
  const pages = readFileSync(`/proc/${child.pid}/statm`, "utf8").split(" ")[1];
  return Number(pages) * 4_096;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

function send(port: number, path: string, headers: Readonly<Record<string, string>>, method = "GET"): Promise<Answer> {
  const since = performance.now();
  return new Promise((resolve, reject) => {
    const request = ask(
      { host: "127.0.0.1", port, path, method, agent, headers: { host: "shop.example", ...headers } },
      (answer: IncomingMessage) => {
        let body = "";
        answer.setEncoding("latin1").on("data", (chunk: string) => {
          body += chunk;
        });
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            cookie: (answer.headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? "",
            ms: performance.now() - since,
            body,
          }),
        );
      },
    );
    request.on("error", reject);
    request.end();
  });
}

function person(number: number, cookie = ""): Record<string, string> {
  const headers = { "x-forwarded-for": `198.51.100.${number}`, "user-agent": browser, accept: "text/html" };
  return cookie === "" ? headers : { ...headers, cookie };
}

async function probe(port: number, count: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push((await send(port, "/", person(200))).ms);
  return times.sort((a, b) => a - b)[Math.floor(count * 0.99)] as number;
}

const attacker = { "x-forwarded-for": "203.0.113.66", "user-agent": "python-requests/2.32", "content-length": "0" };

async function flood(port: number, untilMs: number): Promise<number> {
  const hex = (): string => Math.floor(Math.random() * 0x1_0000).toString(16);
  let sent = 0;
  while (performance.now() < untilMs) {
    sent++;
    const headers = {
      "x-forwarded-for": `2001:db8:${hex()}:${hex()}::1`,
      "user-agent": `agent/${hex()}${hex()}`,
      cookie: `sid=${hex()}${hex()}${hex()}; c${hex()}=${hex()}`,
      [`x-${hex()}${hex()}`]: hex(),
    };
    await send(port, `/${hex()}/${hex()}?${hex()}=${hex()}`, headers).catch(() => undefined);
  }
  return sent;
}

test(
  "a minute of minted keys keeps within the ceiling, and neither frees an attacker nor costs people their sessions",
  async () => {
    const confined = makeGroup();
    const served = await serve(await openShop(), { confined });
    if (!confined) console.warn("no memory cgroup can be made here: resident memory is watched instead");
    const { port } = served;
    const jars: string[] = [];
    for (let number = 1; number <= 100; number++) {
      const { cookie } = await send(port, "/", person(number));
      jars[number] = cookie;
      await send(port, "/shoes", person(number, cookie));
      await send(port, "/hats", person(number, cookie));
    }
    for (let i = 0; i < 80; i++) await send(port, "/login", attacker, "POST");
    expect((await send(port, "/login", attacker, "POST")).status).toBe(403);
    const quietMs = await probe(port, 200);
    const end = performance.now() + floodMs;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, residentBytes(served));
    }, 250);
    const floods = Promise.all(Array.from({ length: 8 }, () => flood(port, end)));
    const loadedMs = await probe(port, 200);
    const sent = (await floods).reduce((sum, count) => sum + count, 0);
    clearInterval(watch);
    expect(sent).toBeGreaterThan(100);
    expect(most).toBeLessThan(1.1 * ceilingBytes);
    if (confined) expect(Number(readFileSync(join(groupPath, "memory.failcnt"), "utf8"))).toBe(0);
    expect((await send(port, "/login", attacker, "POST")).status).toBe(403);
    let kept = 0;
    for (let number = 1; number <= 100; number++) {
      const answer = await send(port, "/shoes", person(number, jars[number]));
      if (answer.status === 200 && answer.cookie === "") kept++;
    }
    expect(kept).toBeGreaterThanOrEqual(95);
    console.log(
      `${sent} requests with new keys: ${Math.round(most / 2 ** 20)} MB at most, people's p99 ${quietMs.toFixed(1)} ms before and ${loadedMs.toFixed(1)} ms during, ${kept} of 100 people served as before`,
    );
  },
  floodMs + 240_000,
);
