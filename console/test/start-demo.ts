import type { TestProject } from "vitest/node";
import { runDemo } from "../../src/app/demo/run-demo.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The demo's admin plane, `http://127.0.0.1:PORT`, and its data plane's port. */
    readonly admin: string;
    readonly shopPort: number;
  }
}

/** How long the demo's people and bots walk about before the first test looks. */
const warmUpMs = 20_000;

/** One demo for the whole suite: a real gateway, a real shop, people and bots on their way. */
export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const lines: string[] = [];
  let running: Promise<unknown> | undefined;
  const ready = new Promise<void>((resolve, reject) => {
    running = runDemo({
      mode: "enforce",
      signal: stop.signal,
      seed: 7,
      say: (line) => {
        lines.push(line);
        if (line.startsWith("Ctrl-C")) resolve();
      },
    });
    running.catch(reject);
  });
  await ready;
  const text = lines.join("\n");
  const admin = /http:\/\/127\.0\.0\.1:\d+(?=\/console\/)/.exec(text)?.[0] ?? "";
  const shopPort = Number(/http:\/\/127\.0\.0\.1:(\d+)\/ {2}the shop/.exec(text)?.[1] ?? 0);
  // The console is built when it is first asked for.
  for (let tries = 0; tries < 60; tries++) {
    const page = await fetch(`${admin}/console/`);
    if ((await page.text()).includes('id="root"')) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  project.provide("admin", admin);
  project.provide("shopPort", shopPort);
  return async () => {
    stop.abort();
    await running;
  };
}
