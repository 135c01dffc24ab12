import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { ceaseless, openServeProcess, type ServeProcess, until } from "../testdata/serve-process.ts";
import { ask } from "../testdata/service-rig.ts";
import { startSuccessor } from "./start-successor.ts";
import { inheritSockets, readSuccession } from "./succession.ts";

/** Starts of whole processes, which a busy machine makes long. */
vi.setConfig({ testTimeout: 90_000 });

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

async function openProcess(yaml: string): Promise<ServeProcess> {
  const process = await openServeProcess(yaml);
  closers.push(() => process.close());
  return process;
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
