import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const main = ["--conditions=source", "--disable-warning=ExperimentalWarning", "src/app/cli/main.ts"];

/** A gateway in a process of its own, as `gait serve` starts it. */
export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly port: number;
  stderr(): string;
  /** Resident memory now. */
  residentBytes(): number;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a gateway and waits until it listens. @throws Error with what it said, when it ends instead. */
export function startGateway(configFile: string, env: NodeJS.ProcessEnv = {}): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [...main, "serve", "--config", configFile, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
    child.stdout?.once("data", (chunk: Buffer) => {
      const { listen } = JSON.parse(chunk.toString("utf8")) as { readonly listen: readonly string[] };
      resolve({
        child,
        port: Number(new URL(`http://${listen[0]}`).port),
        stderr: () => said,
        residentBytes: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) * 1_024,
        kill(signal) {
          child.kill(signal);
          return ended;
        },
      });
    });
  });
}

/** One command, whole. */
export function gait(...words: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [...main, ...words], { encoding: "utf8" });
}
