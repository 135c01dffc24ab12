import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** The demo's admin plane, `http://127.0.0.1:PORT`, and its data plane's port. */
    readonly admin: string;
    readonly shopPort: number;
  }
}

/** How long the demo's people and bots walk about before the first test looks. */
const warmUpMs = 20_000;
const home = fileURLToPath(new URL("../../", import.meta.url));

let stop: (() => Promise<void>) | undefined;

/** One demo for the whole suite: a real gateway that enforces, a real shop, people and bots on their way. */
export async function setup(project: TestProject): Promise<void> {
  const words = ["--conditions=source", "--disable-warning=ExperimentalWarning", "src/app/cli/main.ts"];
  const demo = spawn(process.execPath, [...words, "demo", "--mode", "enforce", "--for", "1500"], {
    cwd: home,
    stdio: ["ignore", "pipe", "inherit"],
  });
  stop = async () => {
    if (demo.exitCode !== null) return;
    demo.kill("SIGTERM");
    await once(demo, "exit");
  };
  let said = "";
  for await (const line of createInterface({ input: demo.stdout })) {
    said += `${line}\n`;
    if (line.startsWith("Ctrl-C")) break;
  }
  demo.stdout.resume();
  const admin = /http:\/\/127\.0\.0\.1:\d+(?=\/console\/)/.exec(said)?.[0];
  const shopPort = /http:\/\/127\.0\.0\.1:(\d+)\/ {2}the shop/.exec(said)?.[1];
  if (admin === undefined || shopPort === undefined) throw new Error(`the demo did not say where it is:\n${said}`);
  await built(admin);
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  project.provide("admin", admin);
  project.provide("shopPort", Number(shopPort));
}

export async function teardown(): Promise<void> {
  await stop?.();
}

/** The console is built from its sources when it is first asked for. */
async function built(admin: string): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    const page = await fetch(`${admin}/console/`);
    if ((await page.text()).includes('id="root"')) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error("the console was not built within a minute");
}
