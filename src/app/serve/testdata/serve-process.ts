import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { ask } from "./service-rig.ts";

/** `gait serve` in a process of its own. */
export interface ServeProcess {
  readonly port: number;
  readonly socketPath: string;
  readonly child: ChildProcess;
  readonly configFile: string;
  said(): string;
  /** Kills it and whoever took over from it. */
  close(): void;
}

/** Starts it in front of an origin whose `/slow` takes its time. */
export async function openServeProcess(yaml: string, { slowMs = 800 }: { readonly slowMs?: number } = {}): Promise<ServeProcess> {
  const directory = mkdtempSync(join(tmpdir(), "gait-upgrade-"));
  const origin = createServer((request, response) => {
    if (request.url === "/slow") setTimeout(() => response.end("slow"), slowMs);
    else response.end("origin");
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const configFile = join(directory, "gait.yaml");
  const upstream = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  writeFileSync(
    configFile,
    `upstream: ${upstream}\nlisten: 127.0.0.1:0\nadmin: { listen: false }\nstore: { path: ${directory}/state }\n${/^limits:/m.test(yaml) ? "" : "limits: { edge: { drainMs: 5000 } }\n"}${yaml}`,
  );
  const main = join(import.meta.dirname, "../../cli/main.ts");
  const args = [
    "--conditions=source",
    "--disable-warning=ExperimentalWarning",
    main,
    "serve",
    "--config",
    configFile,
    "--json",
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const pids = new Set([child.pid ?? 0]);
  const close = (): void => {
    for (const found of stdout.concat(stderr).matchAll(/process (\d+) serves/g)) pids.add(Number(found[1]));
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone already, as it should be.
      }
    }
    origin.closeAllConnections();
    origin.close();
    rmSync(directory, { recursive: true, force: true });
  };
  const ready = await new Promise<{ readonly listen: readonly string[]; readonly socket: string }>(
    (resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`serve ended with ${code}: ${stderr}`)));
      child.stdout.on("data", (chunk: Buffer) => {
        stdout += chunk.toString();
        if (stdout.includes("\n")) resolve(JSON.parse(stdout.split("\n")[0] ?? ""));
      });
    },
  );
  const port = Number(ready.listen[0]?.split(":").at(-1));
  return { port, socketPath: ready.socket, child, configFile, said: () => stderr, close };
}

/** Waits until it holds, up to 45 s. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 900 && !(await holds()); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await holds()).toBe(true);
}

/** Asks all the time, each request on a connection of its own, and counts what failed. */
export function ceaseless(port: number): { stop(): Promise<{ answered: number; failures: string[] }> } {
  let running = true;
  let answered = 0;
  const failures: string[] = [];
  const one = async (): Promise<void> => {
    while (running) {
      try {
        const { status } = await ask({ port });
        if (status === 200) answered++;
        else failures.push(String(status));
      } catch (error) {
        failures.push(String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const all = Promise.all(Array.from({ length: 4 }, one));
  return {
    async stop() {
      running = false;
      await all;
      return { answered, failures };
    },
  };
}

