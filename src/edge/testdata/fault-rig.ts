import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { EdgeStats, WorkerState } from "../index.ts";
import type { FaultProcessOptions } from "./fault-process.ts";

/** What the process tells of itself. */
export interface FaultReport {
  readonly stats: EdgeStats;
  readonly workers: readonly WorkerState[];
  readonly observed: Readonly<Record<string, number>>;
  readonly rss: number;
}

/** A gateway with faults to be asked for, in a process of its own. */
export interface FaultRig {
  readonly port: number;
  readonly child: ChildProcess;
  tell(line: string): Promise<unknown>;
  report(): Promise<FaultReport>;
  close(): void;
}

/** Starts `fault-process.ts`. */
export async function openFaultRig(
  options: FaultProcessOptions,
  environment: Readonly<Record<string, string>> = {},
): Promise<FaultRig> {
  const script = fileURLToPath(new URL("./fault-process.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--disable-warning=ExperimentalWarning", script, JSON.stringify(options)],
    { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...environment } },
  );
  const answers: ((line: string) => void)[] = [];
  const next = (): Promise<unknown> => new Promise((resolve) => answers.push((line) => resolve(JSON.parse(line))));
  createInterface(child.stdout).on("line", (line) => answers.shift()?.(line));
  const failed = new Promise<never>((_, reject) =>
    child.once("exit", (code) => reject(new Error(`the gateway's process ended with ${code}`))),
  );
  failed.catch(() => undefined);
  const { port } = (await Promise.race([next(), failed])) as { readonly port: number };
  const tell = (line: string): Promise<unknown> => {
    const answer = Promise.race([next(), failed]);
    child.stdin.write(`${line}\n`);
    return answer;
  };
  return { port, child, tell, report: async () => (await tell("stats")) as FaultReport, close: () => child.kill("SIGKILL") };
}
