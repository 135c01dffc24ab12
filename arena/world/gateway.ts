import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { bulletproofPrefixes, hostingPrefixes } from "./addresses.ts";
import { endProgram, runProgram, usageOf } from "./processes.ts";
import { sleep } from "./random.ts";
import { writeNetworkDatabase } from "./write-mmdb.ts";

/** One judged request, as the gateway's own JSON access log tells it. */
export interface LoggedRequest {
  readonly time: string;
  readonly id: string;
  readonly application: string;
  readonly ip: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly userAgent: string;
  readonly kind: string;
  readonly score: number;
  readonly presentation?: number;
  readonly action: string;
  readonly enforced: string;
  readonly rule: string | null;
}

/** The gateway under test: started as an operator starts it, from a configuration file, and asked as an operator asks it. */
export interface Gateway {
  readonly port: number;
  readonly log: () => readonly LoggedRequest[];
  /** Writes the configuration anew and reloads it. */
  configure(change: { readonly tags: readonly string[] }): ReturnType<typeof runProgram>;
  /** Runs a `gait` command against it. */
  gait(...args: readonly string[]): ReturnType<typeof runProgram>;
  usage(): { readonly cpuSeconds: number; readonly peakMb: number };
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, "..", "..");
const gaitArgs = ["--conditions=source", "--disable-warning=ExperimentalWarning", join(root, "src/app/cli/main.ts")];

/** A port of loopback that nobody holds. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Waits until something listens. @throws Error after a minute. */
export async function listening(port: number, what: string): Promise<void> {
  for (let tries = 0; tries < 1_200; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error(`${what} does not listen on 127.0.0.1:${port} after a minute`);
}

/** Starts `gait serve` in front of the platform's applications. */
export async function startGateway(options: {
  readonly mode: "observe" | "enforce";
  readonly upstream: string;
  readonly directory: string;
  /** A state directory of an earlier run, to go on from. */
  readonly state?: string | undefined;
  /** Added to the environment: a clock, for a gateway that lives through the past. */
  readonly env?: NodeJS.ProcessEnv;
  readonly extra?: string;
  /** More applications, as lines of the configuration. */
  readonly applications?: readonly string[];
  /** Of the mobile application; as a log-in is what most of it is for, `login` where nothing is said. */
  readonly tags?: readonly string[];
}): Promise<Gateway> {
  const { mode, directory, state, env } = options;
  const port = await freePort();
  const logFile = join(directory, `access-${mode}.jsonl`);
  const config = join(directory, `gait-${mode}.yaml`);
  const talk = join(directory, `gait-${mode}.txt`);
  await makeCertificate(directory);
  writeFileSync(join(directory, "hosting.txt"), `${hostingPrefixes.join("\n")}\n`);
  writeFileSync(join(directory, "bulletproof.txt"), `${bulletproofPrefixes.join("\n")}\n`);
  writeNetworkDatabase(join(directory, "networks.mmdb"));
  if (state !== undefined) cpSync(state, join(directory, `state-${mode}`), { recursive: true, filter: isKept });
  const write = (tags: readonly string[]): void =>
    writeFileSync(config, configuration({ ...options, port, logFile, tags }));
  write(options.tags ?? ["login"]);
  const updated = await runProgram(process.execPath, [...gaitArgs, "intel", "update", "--config", config]);
  if (updated.code !== 0) throw new Error(`gait intel update ended with ${updated.code}: ${updated.stderr}`);
  const child = spawn(process.execPath, [...gaitArgs, "serve", "--config", config], {
    stdio: ["ignore", "ignore", openSync(talk, "w")],
    env: { ...process.env, ...env },
  });
  // An arena that ends early leaves no gateway behind.
  const orphaned = (): void => void child.kill("SIGKILL");
  process.once("exit", orphaned);
  child.once("exit", (code) => {
    process.removeListener("exit", orphaned);
    if (code !== 0 && code !== null)
      console.error(`gait serve ended with ${code}:\n${readFileSync(talk, "utf8").slice(-4_000)}`);
  });
  await listening(port, "gait serve");
  const running = handle(child, { port, logFile, state: join(directory, `state-${mode}`) });
  return {
    ...running,
    async configure({ tags }) {
      write(tags);
      return running.gait("reload");
    },
  };
}

function configuration({
  mode,
  upstream,
  directory,
  port,
  logFile,
  tags,
  extra = "",
  applications = [],
}: {
  readonly mode: "observe" | "enforce";
  readonly upstream: string;
  readonly directory: string;
  readonly port: number;
  readonly logFile: string;
  readonly tags: readonly string[];
  readonly extra?: string | undefined;
  readonly applications?: readonly string[] | undefined;
}): string {
  return `listen: { address: "127.0.0.1:${port}", proxyProtocol: true }
trustedProxies: [127.0.0.1]
tls: { certFile: ${directory}/cert.pem, keyFile: ${directory}/key.pem }
mode: ${mode}
applications:
  - { name: mobile, paths: [/mobile], tags: [${tags.join(", ")}], upstream: "${upstream}" }
  - { name: devtool, paths: [/dev], upstream: "${upstream}" }
  - { name: spa, paths: [/app, /api], upstream: "${upstream}" }
${applications.map((line) => `  - ${line}\n`).join("")}  - { name: shop, upstream: "${upstream}" }
intel: { lists: [{ name: hosting, category: hosting, source: ${directory}/hosting.txt }, { name: bulletproof, category: listed, source: ${directory}/bulletproof.txt }], databases: [${directory}/networks.mmdb], botRanges: false }
admin: { listen: false }
store: { path: ${directory}/state-${mode} }
accessLog: { path: ${logFile}, format: json }
limits: { edge: { drainMs: 500 } }
${extra}`;
}

/** Sockets of a gateway that has gone are no state. */
function isKept(path: string): boolean {
  return !path.endsWith(".sock");
}

function handle(
  child: ChildProcess,
  { port, logFile, state }: { readonly port: number; readonly logFile: string; readonly state: string },
): Omit<Gateway, "configure"> {
  let last = { cpuSeconds: 0, peakMb: 0 };
  return {
    port,
    log: () =>
      existsSync(logFile)
        ? readFileSync(logFile, "utf8")
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as LoggedRequest)
        : [],
    gait: (...args) => runProgram(process.execPath, [...gaitArgs, ...args, "--socket", join(state, "admin.sock")]),
    usage() {
      const now = usageOf(child.pid);
      if (now.cpuSeconds > 0) last = now;
      return last;
    },
    async stop() {
      this.usage();
      await endProgram(child);
    },
  };
}

/** A certificate of its own for 127.0.0.1; the players are told to accept it. */
export async function makeCertificate(directory: string): Promise<void> {
  if (existsSync(join(directory, "key.pem"))) return;
  const made = await runProgram("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=arena".split(" "),
    ..."-addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout".split(" "),
    join(directory, "key.pem"),
    "-out",
    join(directory, "cert.pem"),
  ]);
  if (made.code !== 0) throw new Error(`openssl could not make a certificate: ${made.stderr}`);
}
