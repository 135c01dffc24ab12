import { join } from "node:path";
import { runProgram } from "../world/processes.ts";
import type { Job, Outcome, Tool } from "./job.ts";

const script = join(import.meta.dirname, "client.py");

/** Debian's Python, which sees Debian's packages whatever else is first on the PATH. */
const python = "/usr/bin/python3";

/** One of Debian's Python clients: requests, httpx (HTTP/2), aiohttp. */
export function pythonTool(library: "requests" | "httpx" | "aiohttp"): Tool {
  return {
    name: `python-${library}`,
    async run(job: Job) {
      const done = await runProgram(python, [script, library], { input: JSON.stringify(job), timeoutMs: 300_000 });
      if (done.code !== 0) throw new Error(`python ${library} ended with ${done.code}: ${done.stderr.slice(-500)}`);
      return done.stdout
        .trim()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Outcome);
    },
  };
}
