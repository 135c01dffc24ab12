import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { cpuSeconds, mainThreadSeconds } from "../edge/load.ts";

/** A process under measurement, with its children. */
export interface Running {
  pids(): readonly number[];
  /** Ends it, by force after five seconds. */
  stop(): Promise<void>;
}

/** Where Gait listens for each kind of proxy. */
export interface Doors {
  readonly haproxy: number;
  readonly nginx: number;
  readonly forwardAuth: number;
}

const startMs = 20_000;
const stopMs = 5_000;

export async function startProcess({
  command,
  port,
  core,
  cwd,
  env = {},
}: {
  readonly command: readonly string[];
  readonly port: number;
  readonly core: number;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<Running> {
  const child: ChildProcess = spawn("taskset", ["-c", String(core), ...command], {
    cwd,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let said = "";
  child.stderr?.on("data", (data: Buffer) => {
    said = (said + data.toString()).slice(-2_000);
  });
  const before = performance.now();
  while (performance.now() - before < startMs && child.exitCode === null) {
    if (await answers(port)) return { pids: () => treeOf(child.pid ?? 0), stop: () => end(child, exited) };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const code = child.exitCode;
  child.kill("SIGKILL");
  throw new Error(
    `${command.join(" ")} did not listen on ${port} ${code === null ? `within ${startMs / 1_000} s` : `and ended with ${code}`}: ${said}`,
  );
}

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
  await exited;
  clearTimeout(timer);
}

/** How Gait is started for a measurement. */
export interface GaitStart {
  readonly doors: Doors;
  readonly nodeFlags: readonly string[];
  /** Packs of rules, as `policy.packs` names them; undefined: what a configuration without the word loads. */
  readonly packs: readonly string[] | undefined;
}

/** Gait as a user runs it, whole engine, observing, on the core of the proxies. */
export function startGait(folder: string, { doors, nodeFlags, packs }: GaitStart): Promise<Running> {
  const config = join(folder, "gait.yaml");
  mkdirSync(join(folder, "state"), { recursive: true, mode: 0o700 });
  const lines = Object.entries(doors).map(([name, port]) => `  ${name}: 127.0.0.1:${port}`);
  const policy = packs === undefined ? "" : `policy: { packs: [${packs.join(", ")}] }\n`;
  writeFileSync(
    config,
    `beside:\n${lines.join("\n")}\nadmin: { listen: false }\nstore: { path: ${join(folder, "state")} }\n${policy}`,
  );
  const main = [
    "--conditions=source",
    "--disable-warning=ExperimentalWarning",
    ...nodeFlags,
    "src/app/cli/main.ts",
    "serve",
    "--config",
    config,
  ];
  return startProcess({
    command: [process.execPath, ...main],
    port: doors.forwardAuth,
    core: 0,
    cwd: process.cwd(),
  });
}

/** CPU of some processes together, in seconds. */
export function cpuOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
}

/** CPU of Gait: the thread that answers, and the others (its store, the runtime's compilers and collectors). */
export function cpuOfGait(gait: Running): { readonly answering: number; readonly others: number } {
  const [pid = 0] = gait.pids();
  const answering = mainThreadSeconds(pid);
  return { answering, others: cpuOf(gait.pids()) - answering };
}

/** A process and its children; `taskset` becomes the command it starts. */
function treeOf(pid: number): readonly number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "latin1")
      .trim()
      .split(" ")
      .filter((word) => word !== "")
      .map(Number),
  );
  return [pid, ...children.flatMap(treeOf)];
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
