import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a program printed and how it ended. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const outputMax = 32 * 1_024 * 1_024;

/** Runs a program to its end, within a time. Its output is kept up to 32 MiB. Never throws for what the program does. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly timeoutMs?: number;
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
  } = {},
): Promise<Finished> {
  const { input, timeoutMs = 120_000, env, cwd } = options;
  return new Promise((resolve) => {
    // A group of its own: what it forks (hydra does) would hold its output open after it was ended.
    const child = spawn(command, args, {
      detached: true,
      env: env ?? process.env,
      ...(cwd === undefined ? {} : { cwd }),
    });
    let stdout = "";
    let stderr = "";
    const timer = setTimeout(() => endGroup(child.pid), timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => {
      if (stdout.length < outputMax) stdout += chunk.toString("utf8");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (stderr.length < outputMax) stderr += chunk.toString("utf8");
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      resolve({ code: 127, stdout, stderr: error.message });
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, stdout, stderr });
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

/** Ends a program that we started and waits until it is gone. */
export function endProgram(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill(signal);
  });
}

/** CPU seconds a process has used and the most memory it held, from /proc; zeros where that is not to be had. */
export function usageOf(pid: number | undefined): { readonly cpuSeconds: number; readonly peakMb: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
    return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, peakMb: Number(peak ?? 0) / 1_024 };
  } catch {
    return { cpuSeconds: 0, peakMb: 0 };
  }
}
