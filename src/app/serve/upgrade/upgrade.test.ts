import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { ask } from "../testdata/service-rig.ts";
import { startSuccessor } from "./start-successor.ts";
import { inheritSockets, readSuccession } from "./succession.ts";

/** Starts of whole processes, which a busy machine makes long. */
vi.setConfig({ testTimeout: 90_000 });

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

interface Running {
  readonly port: number;
  readonly socketPath: string;
  readonly child: ChildProcess;
  readonly configFile: string;
  said(): string;
}

/** `gait serve` in a process of its own, in front of an origin whose `/slow` takes 800 ms. */
async function openProcess(yaml: string): Promise<Running> {
  const directory = mkdtempSync(join(tmpdir(), "gait-upgrade-"));
  const origin = createServer((request, response) => {
    if (request.url === "/slow") setTimeout(() => response.end("slow"), 800);
    else response.end("origin");
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const configFile = join(directory, "gait.yaml");
  const upstream = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  writeFileSync(
    configFile,
    `upstream: ${upstream}\nlisten: 127.0.0.1:0\nadmin: { listen: false }\nstore: { path: ${directory}/state }\nlimits: { edge: { drainMs: 5000 } }\n${yaml}`,
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
  closers.push(() => {
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
  });
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
  return { port, socketPath: ready.socket, child, configFile, said: () => stderr };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 900 && !(await holds()); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await holds()).toBe(true);
}

/** Asks all the time, each request on a connection of its own, and counts what failed. */
function ceaseless(port: number): { stop(): Promise<{ answered: number; failures: string[] }> } {
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

test.each([0, 2])(
  "an upgrade in place loses nothing: new process, same port, old one finishes (workers: %d)",
  async (workers) => {
    const running = await openProcess(`workers: ${workers}\nmode: enforce\n`);
    const { port, socketPath, child } = running;
    await ask(
      { socketPath },
      {
        path: "/api/v1/decisions/add",
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ value: "192.0.2.1", action: "block" }),
      },
    );
    const decisions = async (): Promise<string> => (await ask({ socketPath }, { path: "/decisions" })).body;
    const before = await decisions();
    expect(before).toContain("192.0.2.1");
    const load = ceaseless(port);
    const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
    // An idle kept connection of the old process is answered once more, then closed.
    const kept = connect({ host: "127.0.0.1", port });
    let keptText = "";
    kept.on("data", (chunk: Buffer) => {
      keptText += chunk.toString("latin1");
    });
    kept.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => keptText.endsWith("origin"));
    const slow = ask({ port }, { path: "/slow" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill("SIGUSR2");
    await until(() => running.said().includes("a new process has taken over"));
    kept.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect((await slow).body).toBe("slow");
    expect(await ended).toBe(0);
    expect(keptText.match(/200 OK/g)).toHaveLength(2);
    expect(keptText).toContain("Connection: close");
    await until(async () => {
      try {
        return (await ask({ socketPath }, { path: "/readyz" })).status === 200;
      } catch {
        return false;
      }
    });
    const { answered, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(50);
    expect(await decisions()).toContain("192.0.2.1");
  },
);

test("a new process that cannot start changes nothing", async () => {
  const running = await openProcess("mode: observe\n");
  writeFileSync(join(running.configFile, "..", "state", "last-good.yaml"), "");
  writeFileSync(running.configFile, "mode: angry\n");
  const answer = await ask(
    { socketPath: running.socketPath },
    { path: "/upgrade", method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
  );
  expect(answer.status).toBe(409);
  expect(JSON.parse(answer.body)).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(/ended with 2 before it served; this one serves on unchanged/),
  });
  expect((await ask(running)).status).toBe(200);
});

test("a new process that never serves is given up", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  const { _handle: handle } = server as unknown as { readonly _handle: { readonly fd: number } };
  const sockets = [{ host: "127.0.0.1", port: 1, descriptors: [handle.fd] }];
  const command = [process.execPath, "-e", "setTimeout(() => {}, 60000)"] as const;
  const standing = { decisions: [], directory: "/nowhere" };
  await expect(startSuccessor({ sockets, standing, command, servingMs: 300 })).rejects.toThrow(
    /did not serve within 0\.3 s/,
  );
  await expect(startSuccessor({ sockets: [], standing })).rejects.toThrow(/no listening socket/);
});

test("sockets go to the listeners of their address, and those of nobody are closed", () => {
  const closed: number[] = [];
  const sockets = [
    { host: "127.0.0.1", port: 80, descriptors: [4, 5] },
    { host: "127.0.0.1", port: 81, descriptors: [6] },
  ];
  const listen = [
    { host: "127.0.0.1", port: 81 },
    { host: "127.0.0.1", port: 90 },
  ];
  expect(inheritSockets(listen, sockets, (descriptor) => closed.push(descriptor))).toEqual([
    { host: "127.0.0.1", port: 81, inherited: [6] },
    { host: "127.0.0.1", port: 90 },
  ]);
  expect(closed).toEqual([4, 5]);
});

test("a start is a succession only when it was told so, and nonsense stops it", () => {
  expect(readSuccession({})).toBeUndefined();
  expect(() => readSuccession({ GAIT_SUCCESSOR: "yes" })).toThrow(/GAIT_SUCCESSOR is "yes"/);
  expect(() => readSuccession({ GAIT_SUCCESSOR: '[{"host":"a","port":80,"descriptors":[0]}]' })).toThrow(
    /never by hand/,
  );
});
