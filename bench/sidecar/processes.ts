import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { cpuSeconds } from "../edge/load.ts";

/** A process under measurement, with its children. */
export interface Running {
  pids(): readonly number[];
  stop(): void;
}

/** Doors of Gait, from its first port on. */
export const doors = { haproxy: 1, nginx: 2, forwardAuth: 3 } as const;

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
  let said = "";
  child.stderr?.on("data", (data: Buffer) => {
    said = (said + data.toString()).slice(-2_000);
  });
  for (let i = 0; i < 150; i++) {
    if (await answers(port)) return { pids: () => treeOf(child.pid ?? 0), stop: () => void child.kill("SIGTERM") };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill("SIGKILL");
  throw new Error(`${command.join(" ")} did not listen on ${port}: ${said}`);
}

/** Gait as a user runs it, whole engine, observing, on the core of the proxies. */
export function startGait(folder: string, firstPort: number): Promise<Running> {
  const config = join(folder, "gait.yaml");
  mkdirSync(join(folder, "state"), { recursive: true, mode: 0o700 });
  const lines = Object.entries(doors).map(([name, offset]) => `  ${name}: 127.0.0.1:${firstPort + offset}`);
  writeFileSync(
    config,
    `beside:\n${lines.join("\n")}\nadmin: { listen: false }\nstore: { path: ${join(folder, "state")} }\n`,
  );
  const main = [
    "--conditions=source",
    "--disable-warning=ExperimentalWarning",
    "src/app/cli/main.ts",
    "serve",
    "--config",
    config,
  ];
  return startProcess({
    command: [process.execPath, ...main],
    port: firstPort + doors.forwardAuth,
    core: 0,
    cwd: process.cwd(),
  });
}

/** CPU of some processes together, in seconds. */
export function cpuOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
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
